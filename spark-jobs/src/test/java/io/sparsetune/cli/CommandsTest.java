package io.sparsetune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparsetune.testing.Golden;
import io.sparsetune.testing.TinyTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every command on a tiny model, and what people get wrong most often. */
class CommandsTest {
  @TempDir private Path folder;
  private Path config;
  private Path rows;

  @BeforeEach
  void modelDataAndConfiguration() throws IOException {
    Path model = Files.createDirectory(folder.resolve("model"));
    for (String file : List.of("config.json", "model.safetensors")) {
      Files.copy(Golden.folder("bert").resolve(file), model.resolve(file));
    }
    Files.writeString(model.resolve("vocab.txt"), TinyTokenizer.vocabulary());
    rows = rows("rows.jsonl", "text", "label");
    config =
        Files.writeString(
            folder.resolve("run.yaml"),
            """
            model: {path: %s}
            data: {train: %s, validation: 0.25, test: %s, max_seq_length: 12}
            method: {name: random, sparsity: 0.1}
            training: {max_steps: 4, batch_size: 8, micro_batch_size: 4, eval_steps: 2}
            output: %s
            """
                .formatted(model, rows, rows, folder.resolve("run")));
  }

  @Test
  void aRunIsTrainedInspectedEvaluatedUsedAndMerged() throws IOException {
    String run = folder.resolve("run").toString();
    Cli trained = Cli.run("train", config.toString());
    assertThat(trained.err()).contains("4 steps of at most 8 examples", "step 4/4, loss ");
    assertThat(trained.out()).contains("parameters", "Validation: accuracy ", "Test: accuracy ");
    assertThat(trained.code()).isZero();
    assertThat(folder.resolve("run/_SUCCESS")).exists();

    Cli inspected = Cli.run("inspect", run, "--json");
    assertThat(inspected.code()).isZero();
    JsonNode json = new ObjectMapper().readTree(inspected.out());
    assertThat(json.fieldNames())
        .toIterable()
        .contains("method", "n", "k", "head", "sparsity", "tensors", "base_sha256", "metric")
        .contains("delta_sha256");
    assertThat(trained.out()).contains(json.get("delta_sha256").asText());
    assertThat(Cli.run("inspect", run).out())
        .contains("method      random", "sha256 " + json.get("base_sha256").asText());

    Cli evaluated = Cli.run("evaluate", run, "--data", rows.toString());
    assertThat(evaluated.code()).isZero();
    assertThat(evaluated.out()).startsWith("accuracy 0.").contains(" on 48 rows");
    Cli scores = Cli.run("evaluate", run, "--data", rows.toString(), "--json");
    assertThat(new ObjectMapper().readTree(scores.out()).get("examples").asInt()).isEqualTo(48);

    Path predictions = folder.resolve("predictions");
    Cli predicted =
        Cli.run("predict", run, "--data", rows.toString(), "--out", predictions.toString());
    assertThat(predicted.code()).isZero();
    assertThat(predicted.out()).startsWith(predictions + ": 48 rows");

    Path merged = folder.resolve("merged");
    Cli merge = Cli.run("merge", run, merged.toString());
    assertThat(merge.code()).isZero();
    assertThat(merge.out()).startsWith(merged + ": ").contains(" of them trained");
    assertThat(merged.resolve("model.safetensors")).exists();

    Cli again = Cli.run("train", config.toString());
    assertThat(again.code()).isEqualTo(2);
    assertThat(again.err())
        .isEqualTo(
            "Error: Cannot write a run into %s: it holds a finished one; give another output, or --overwrite to replace it%n"
                .formatted(run));
    assertThat(again.out()).isEmpty();
  }

  @Test
  void aDryRunSaysWhatARunWouldDoAndWritesNothing() {
    Cli dry = Cli.run("train", config.toString(), "--dry-run");
    assertThat(dry.code()).isZero();
    assertThat(dry.out())
        .contains("sparsity: 0.1", "38 rows to train on, 10 to validate, 48 to test", "4 steps")
        .contains("k = ", "Memory");
    assertThat(folder.resolve("run")).doesNotExist();
  }

  @Test
  void aWrongConfigurationListsEveryProblem() throws IOException {
    Cli missing = Cli.run("train", folder.resolve("none.yaml").toString());
    assertThat(missing.code()).isEqualTo(2);
    assertThat(missing.err())
        .isEqualTo(
            "Error: Cannot read the configuration %s: no such file%n"
                .formatted(folder.resolve("none.yaml")));
    Cli wrong =
        Cli.run("train", config.toString(), "--set", "training.lr=fast", "--set", "method.nam=sam");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err())
        .isEqualTo(
            String.join(
                System.lineSeparator(),
                "Error: 2 problems:",
                "  - Unknown key method.nam (--set method.nam=sam). Did you mean 'method.name'?",
                "  - Invalid training.learning_rate: 'fast' (--set training.lr=fast); expected a"
                    + " number above 0",
                ""));
  }

  @Test
  void dataThatIsNotThereIsNamed() {
    String none = folder.resolve("none.jsonl").toString();
    Cli failed = Cli.run("train", config.toString(), "--set", "data.train=" + none);
    assertThat(failed.code()).isEqualTo(3);
    assertThat(failed.err()).startsWith("Error: ").contains(none).doesNotContain("\tat ");
    assertThat(folder.resolve("run")).doesNotExist();
  }

  @Test
  void aWrongColumnNamesTheNearest() throws IOException {
    Path other = rows("other.jsonl", "txt", "label");
    Cli failed = Cli.run("train", config.toString(), "--set", "data.train=" + other);
    assertThat(failed.code()).isEqualTo(3);
    assertThat(failed.err()).startsWith("Error: ").contains("'text'", "txt");
  }

  @Test
  void aLabelThatWasNeverSeenInTrainingNamesItsRow() throws IOException {
    Path strange = folder.resolve("strange.jsonl");
    Files.writeString(strange, "{\"text\": \"a b\", \"label\": \"maybe\"}\n");
    Cli failed = Cli.run("train", config.toString(), "--set", "data.test=" + strange);
    assertThat(failed.code()).isEqualTo(3);
    assertThat(failed.err()).startsWith("Error: ").contains("maybe", "strange.jsonl");
  }

  @Test
  void aModelThatIsNotThereIsNamed() {
    Cli failed = Cli.run("train", config.toString(), "--set", "model.path=" + folder + "/none");
    assertThat(failed.code()).isBetween(2, 3);
    assertThat(failed.err()).startsWith("Error: ").contains(folder + "/none");
  }

  private Path rows(String name, String text, String label) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 48; i++) {
      String letters =
          "abc".repeat(i % 5 + 1).replace("", " ").strip() + " " + (char) ('d' + i % 20);
      lines.add(
          "{\"%s\": \"%s\", \"%s\": \"%s\"}"
              .formatted(text, letters, label, i % 3 == 0 ? "yes" : "no"));
    }
    return Files.write(folder.resolve(name), lines);
  }
}
