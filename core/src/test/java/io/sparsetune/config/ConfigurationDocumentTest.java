package io.sparsetune.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.error.ConfigException;
import io.sparsetune.keys.Key;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfigurationDocumentTest {
  private static final Path DOCUMENT = Path.of("../docs/configuration.md");

  @Test
  void theDocumentHasEveryKeyAndNoOther() throws IOException {
    List<String> written =
        Files.readAllLines(DOCUMENT).stream().filter(line -> line.startsWith("| `")).toList();
    assertThat(written)
        .isEqualTo(ConfigKeys.ALL.stream().map(ConfigurationDocumentTest::row).toList());
  }

  @Test
  void theDocumentsExamplesAreAccepted() throws IOException {
    String[] blocks = Files.readString(DOCUMENT).split("```");
    int examples = 0;
    for (String block : blocks) {
      if (block.startsWith("yaml\n")) {
        RunConfigParser.parse(block.substring(5), DOCUMENT.toString(), List.of());
        examples++;
      }
    }
    assertThat(examples).isPositive();
  }

  @Test
  void theConfigurationsThatComeWithTheProjectAreAccepted() throws IOException {
    // The files of experiments are parts of configurations; the one of Kubernetes is none;
    // ExperimentFoldersTest and KubernetesFilesTest read them.
    Path experiments = Path.of("../conf/experiments");
    Path kubernetes = Path.of("../conf/kubernetes");
    try (var files = Files.walk(Path.of("../conf"))) {
      for (Path file :
          files
              .filter(f -> f.toString().endsWith(".yaml"))
              .filter(f -> !f.startsWith(experiments) && !f.startsWith(kubernetes))
              .toList()) {
        try {
          RunConfigParser.read(file, List.of());
        } catch (ConfigException e) {
          throw new AssertionError(file + ": " + e.getMessage(), e);
        }
      }
    }
  }

  private static String row(Key<?> key) {
    return "| `%s` | %s | %s | %s |"
        .formatted(key.name(), key.expected(), key.shownDefault(), key.notes())
        .replace("|  |", "| |");
  }
}
