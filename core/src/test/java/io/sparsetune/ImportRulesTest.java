package io.sparsetune;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Keeps Spark, Scala and BigDL where the architecture allows them, and folders in an order. */
class ImportRulesTest {
  private static final Path CORE = Path.of("src/main/java");
  private static final Path SPARK_JOBS = Path.of("../spark-jobs/src/main/java");
  private static final Pattern BIG_DL =
      Pattern.compile("\\b(scala|com\\.intel\\.analytics)\\.[A-Za-z]");
  private static final Pattern SPARK =
      Pattern.compile("\\borg\\.apache\\.(spark|hadoop)\\.[A-Za-z]");
  private static final Pattern FOLDER =
      Pattern.compile("^import (?:static )?io\\.sparsetune\\.([a-z]+)\\.", Pattern.MULTILINE);

  @Test
  void coreKnowsNoSparkNorHadoop() {
    assertThat(matching(CORE, SPARK, path -> true)).isEmpty();
  }

  @Test
  void bigDlAndScalaAreNamedOnlyByTheEngineInTheRoom() {
    assertThat(matching(CORE, BIG_DL, path -> !insideTheRoom(path))).isEmpty();
    assertThat(matching(CORE, BIG_DL, ImportRulesTest::insideTheRoom)).isNotEmpty();
  }

  /** But for what Spark calls by Scala's own interface, Scala's collections, and its version. */
  @Test
  void sparkJobsNameNeitherScalaNorBigDl() {
    Path named = SPARK_JOBS.resolve("io/sparsetune");
    assertThat(matching(SPARK_JOBS, BIG_DL, path -> true))
        .containsExactly(
            named.resolve("cluster/RuntimeVersions.java").toString(),
            named.resolve("cluster/ScalaValues.java").toString(),
            named.resolve("data/KeptShards.java").toString(),
            named.resolve("executor/PartitionFunction.java").toString());
  }

  @Test
  void nothingOutsideNamesTheEngineInTheRoom() {
    Pattern imported =
        Pattern.compile("^import (static )?io\\.sparsetune\\.bigdl\\.", Pattern.MULTILINE);
    assertThat(matching(CORE, imported, path -> !insideTheRoom(path))).isEmpty();
    assertThat(matching(SPARK_JOBS, imported, path -> true)).isEmpty();
  }

  /** A folder with those below it counts as one, so a method's own folder may use its parent's. */
  @Test
  void noTwoFoldersOfCoreNeedEachOther() {
    Map<String, Set<String>> needed = foldersNeeded(CORE.resolve("io/sparsetune"));
    assertThat(needed.get("train")).contains("config", "optim");
    assertThat(cycle(needed)).isEmpty();
  }

  @Test
  void noTwoFoldersOfSparkJobsNeedEachOther() {
    Map<String, Set<String>> needed = foldersNeeded(SPARK_JOBS.resolve("io/sparsetune"));
    assertThat(needed.get("job")).contains("executor", "data");
    assertThat(cycle(needed)).isEmpty();
  }

  /** A package in two modules would let their classes see each other's package-private members. */
  @Test
  void noFolderIsInBothModules() {
    assertThat(folders(SPARK_JOBS)).isNotEmpty().doesNotContainAnyElementsOf(folders(CORE));
  }

  private static Set<String> folders(Path sources) {
    return javaFiles(sources).stream()
        .map(file -> file.getParent().getFileName().toString())
        .collect(Collectors.toSet());
  }

  private static Map<String, Set<String>> foldersNeeded(Path root) {
    Map<String, Set<String>> needed = new TreeMap<>();
    for (Path file : javaFiles(root)) {
      Path inside = root.relativize(file);
      if (inside.getNameCount() > 1) {
        String folder = inside.getName(0).toString();
        Matcher named = FOLDER.matcher(code(file));
        while (named.find()) {
          if (!named.group(1).equals(folder)) {
            needed.computeIfAbsent(folder, first -> new TreeSet<>()).add(named.group(1));
          }
        }
      }
    }
    return needed;
  }

  /** What is left when folders that need nothing any more are taken away, again and again. */
  private static Map<String, Set<String>> cycle(Map<String, Set<String>> needed) {
    Map<String, Set<String>> left = new TreeMap<>(needed);
    boolean smaller = true;
    while (smaller) {
      smaller = left.values().removeIf(others -> others.stream().noneMatch(left::containsKey));
    }
    return left;
  }

  private static boolean insideTheRoom(Path path) {
    String name = path.toString();
    return name.contains("io/sparsetune/bigdl/") || name.contains("com/intel/analytics/");
  }

  private static List<String> matching(Path root, Pattern pattern, Predicate<Path> where) {
    return javaFiles(root).stream()
        .filter(where)
        .filter(path -> pattern.matcher(code(path)).find())
        .map(Path::toString)
        .toList();
  }

  private static List<Path> javaFiles(Path root) {
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(path -> path.toString().endsWith(".java")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The file without comments and string literals, in which any name may stand. */
  private static String code(Path path) {
    try {
      return Files.readString(path)
          .replaceAll("(?s)/\\*.*?\\*/", "")
          .replaceAll("//[^\n]*", "")
          .replaceAll("\"(\\\\.|[^\"\\\\])*\"", "\"\"");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
