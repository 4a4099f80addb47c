package io.sparsetune;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Keeps Spark, Scala and BigDL where the architecture allows them. */
class ImportRulesTest {
  private static final Path CORE = Path.of("src/main/java");
  private static final Path SPARK_JOBS = Path.of("../spark-jobs/src/main/java");
  private static final Pattern BIG_DL =
      Pattern.compile("\\b(scala|com\\.intel\\.analytics)\\.[A-Za-z]");
  private static final Pattern SPARK =
      Pattern.compile("\\borg\\.apache\\.(spark|hadoop)\\.[A-Za-z]");

  @Test
  void coreKnowsNoSparkNorHadoop() {
    assertThat(matching(CORE, SPARK, path -> true)).isEmpty();
  }

  @Test
  void bigDlAndScalaAreNamedOnlyByTheEngineInTheRoom() {
    assertThat(matching(CORE, BIG_DL, path -> !insideTheRoom(path))).isEmpty();
    assertThat(matching(CORE, BIG_DL, ImportRulesTest::insideTheRoom)).isNotEmpty();
  }

  @Test
  void sparkJobsNameNeitherScalaNorBigDl() {
    assertThat(matching(SPARK_JOBS, BIG_DL, path -> true)).isEmpty();
  }

  @Test
  void nothingOutsideNamesTheEngineInTheRoom() {
    Pattern imported =
        Pattern.compile("^import (static )?io\\.sparsetune\\.bigdl\\.", Pattern.MULTILINE);
    assertThat(matching(CORE, imported, path -> !insideTheRoom(path))).isEmpty();
    assertThat(matching(SPARK_JOBS, imported, path -> true)).isEmpty();
  }

  private static boolean insideTheRoom(Path path) {
    String name = path.toString();
    return name.contains("io/sparsetune/bigdl/") || name.contains("com/intel/analytics/");
  }

  private static List<String> matching(
      Path root, Pattern pattern, java.util.function.Predicate<Path> where) {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(path -> path.toString().endsWith(".java"))
          .filter(where)
          .filter(path -> pattern.matcher(code(path)).find())
          .map(Path::toString)
          .sorted()
          .toList();
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
