package io.sparsetune;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Compares docs/architecture.md, "Where things are", with the packages; keeps these small. */
class ArchitectureDocumentTest {
  private static final Path DOCUMENT = Path.of("../docs/architecture.md");
  private static final String SECTION = "## Where things are";
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z/]+)` \\| \\S.*\\|$");
  private static final int MOST_TYPES = 30;

  /** A module of tests alone. */
  private static final String CLUSTERS = "spark-jobs/clusters";

  private static final List<String> MODULES =
      List.of("core", "spark-jobs", "spark-jobs/bench", CLUSTERS);

  @ParameterizedTest
  @FieldSource("MODULES")
  void everyPackageIsThereAndNothingElse(String module) throws IOException {
    List<String> rows = rows(module);
    assertThat(rows).doesNotHaveDuplicates();
    assertThat(rows).containsExactlyInAnyOrderElementsOf(types(module).keySet());
  }

  @ParameterizedTest
  @FieldSource("MODULES")
  void noPackageIsCrowded(String module) throws IOException {
    Map<String, Integer> types = types(module);
    assertThat(types.values()).isNotEmpty();
    assertThat(types)
        .allSatisfy((name, count) -> assertThat(count).isLessThanOrEqualTo(MOST_TYPES));
  }

  @Test
  void everyPackageSaysWhatItIs() throws IOException {
    for (String module : MODULES) {
      for (String name : types(module).keySet()) {
        assertThat(root(module).resolve(name).resolve("package-info.java")).exists();
      }
    }
  }

  /** The rows of the table below a module's heading. */
  private static List<String> rows(String module) throws IOException {
    String section = part(Files.readString(DOCUMENT), SECTION, "\n## ");
    String table = part(section, "### `" + module + "`", "\n### ");
    return ROW.matcher(table).results().map(row -> row.group(1)).toList();
  }

  private static String part(String text, String heading, String next) {
    Matcher start = Pattern.compile("(?m)^" + Pattern.quote(heading) + "(?![`/#])").matcher(text);
    assertThat(start.find()).as(heading).isTrue();
    int end = text.indexOf(next, start.end());
    return text.substring(start.end(), end < 0 ? text.length() : end);
  }

  /** Top-level types of each package, not of those below it. */
  private static Map<String, Integer> types(String module) throws IOException {
    Path root = root(module);
    Map<String, Integer> types = new TreeMap<>();
    for (Path folder : folders(root)) {
      try (Stream<Path> files = Files.list(folder)) {
        int count =
            (int)
                files
                    .map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(".java") && !file.equals("package-info.java"))
                    .count();
        if (count > 0) {
          types.put(root.relativize(folder).toString(), count);
        }
      }
    }
    return types;
  }

  private static Set<Path> folders(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return new TreeSet<>(files.filter(Files::isDirectory).toList());
    }
  }

  private static Path root(String module) {
    String sources = module.equals(CLUSTERS) ? "src/test/java" : "src/main/java";
    return Path.of("..").resolve(module).resolve(sources).resolve("io/sparsetune");
  }
}
