package io.sparsetune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparsetune.files.Sha256;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.testing.Golden;
import io.sparsetune.testing.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every command on one trained run of a tiny model. */
class CommandsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path folder;
  private static TinyRun tiny;
  private static String run;
  private static Cli trained;

  @BeforeAll
  static void train() throws IOException {
    tiny = TinyRun.in(folder);
    run = tiny.output().toString();
    trained = tiny.train();
  }

  @Test
  void trainingTellsHowItGoesAndWhatCameOut() {
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(trained.err()).contains("4 steps of at most 8 examples", "step 4/4, loss ");
    assertThat(trained.out()).contains("parameters", "Validation: accuracy ", "Test: accuracy ");
    assertThat(trained.out().lines())
        .filteredOn(line -> line.startsWith("Traffic: "))
        .singleElement()
        .asString()
        .contains(" down and ", " up a step", "dense: ");
    assertThat(tiny.output().resolve("_SUCCESS")).exists();
  }

  @Test
  void textsThatAreCutAreCountedEverywhere() throws IOException {
    // The rows are trained on or set aside, and tested as well.
    assertThat(trained.err().lines())
        .containsOnlyOnce("36 of 96 texts are cut at data.max_seq_length 12");
    JsonNode data = JSON.readTree(tiny.output().resolve("run.json").toFile()).path("data");
    assertThat(
            data.path("train").path("truncated").asInt()
                + data.path("validation").path("truncated").asInt())
        .isEqualTo(18);
    assertThat(data.path("test").path("truncated").asInt()).isEqualTo(18);
    assertThat(Cli.run("train", tiny.config().toString(), "--overwrite", "--dry-run").out())
        .contains(
            "38 rows to train on, 10 to validate, 48 to test; 36 texts are cut"
                + System.lineSeparator());
  }

  @Test
  void inspectShowsTheRun() throws IOException {
    Cli inspected = Cli.run("inspect", run, "--json");
    assertThat(inspected.code()).isZero();
    JsonNode json = JSON.readTree(inspected.out());
    assertThat(json.fieldNames())
        .toIterable()
        .contains("method", "n", "k", "head", "sparsity", "tensors", "base_sha256", "metric")
        .contains("delta_sha256");
    assertThat(trained.out()).contains(json.get("delta_sha256").asText());
    assertThat(Cli.run("inspect", run).out())
        .contains("method      random", "sha256 " + json.get("base_sha256").asText());
  }

  @Test
  void evaluateScoresRows() throws IOException {
    Cli evaluated = Cli.run("evaluate", run, "--data", tiny.rows().toString());
    assertThat(evaluated.code()).isZero();
    assertThat(evaluated.out())
        .startsWith("accuracy 0.")
        .endsWith(" on 48 rows, 18 cut at the maximum length" + System.lineSeparator());
    Cli scores = Cli.run("evaluate", run, "--data", tiny.rows().toString(), "--json");
    JsonNode json = JSON.readTree(scores.out());
    assertThat(json.get("examples").asInt()).isEqualTo(48);
    assertThat(json.get("truncated").asInt()).isEqualTo(18);
  }

  @Test
  void predictWritesRows() {
    Path predictions = folder.resolve("predictions");
    Cli predicted =
        Cli.run("predict", run, "--data", tiny.rows().toString(), "--out", predictions.toString());
    assertThat(predicted.code()).isZero();
    assertThat(predicted.out())
        .isEqualTo(predictions + ": 48 rows, 18 cut at the maximum length%n".formatted());
  }

  @Test
  void predictWritesLogitsWhenAskedTo() throws IOException {
    Path predictions = folder.resolve("logits");
    Cli predicted =
        Cli.run(
            "predict",
            run,
            "--data",
            tiny.rows().toString(),
            "--out",
            predictions.toString(),
            "--logits");
    assertThat(predicted.code()).as(predicted.err()).isZero();
    try (var parts = Files.newDirectoryStream(predictions, "part-*")) {
      for (Path part : parts) {
        for (String line : Files.readAllLines(part)) {
          JsonNode row = JSON.readTree(line);
          double no = row.get("logits").get(0).asDouble();
          double yes = row.get("logits").get(1).asDouble();
          assertThat(row.get("probabilities").get("yes").asDouble())
              .isCloseTo(1 / (1 + Math.exp(no - yes)), Offset.offset(1e-6));
        }
      }
    }
  }

  @Test
  void mergeWritesAModelWithItsTokenizer() throws IOException {
    Path merged = folder.resolve("merged");
    Cli merge = Cli.run("merge", run, merged.toString());
    assertThat(merge.code()).isZero();
    assertThat(merge.out()).startsWith(merged + ": ").contains(" of them trained");
    assertThat(merged.resolve("model.safetensors")).exists();
    assertThat(merged.resolve("vocab.txt"))
        .hasSameBinaryContentAs(folder.resolve("model/vocab.txt"));
    assertThat(BaseModel.open(merged).config().labels()).isEqualTo(List.of("no", "yes"));
  }

  @Test
  void aFinishedRunIsTheResultOfTheSameCommand() throws IOException {
    String sha256 = Sha256.hex(Files.readAllBytes(tiny.output().resolve("delta.safetensors")));
    long written = Files.getLastModifiedTime(tiny.output().resolve("result.json")).toMillis();
    // As a process leaves it that is killed just after it has finished.
    Files.createDirectories(tiny.output().resolve("checkpoints"));
    Files.writeString(tiny.output().resolve("checkpoints/checkpoint-000001"), "left over");
    Cli again = tiny.train();
    assertThat(again.code()).isZero();
    assertThat(tiny.output().resolve("checkpoints")).doesNotExist();
    assertThat(again.err())
        .isEqualTo("The run is finished already; nothing is trained.%n".formatted());
    assertThat(again.out()).contains("Run: " + run + ", delta sha256 " + sha256);
    assertThat(Files.getLastModifiedTime(tiny.output().resolve("result.json")).toMillis())
        .isEqualTo(written);
  }

  @Test
  void aRunOfAnotherConfigurationIsNotWrittenOver() throws IOException {
    byte[] delta = Files.readAllBytes(tiny.output().resolve("delta.safetensors"));
    String refused =
        "Error: Cannot write a run into %s: it holds %s run of another configuration"
            + " (training.seed 1, not 99); give another output, or --overwrite to replace it%n";
    assertThat(tiny.train("training.seed=99").err())
        .isEqualTo(refused.formatted(run, "a finished"));
    Files.delete(tiny.output().resolve("_SUCCESS"));
    try {
      Cli partly = tiny.train("training.seed=99");
      assertThat(partly.code()).isEqualTo(2);
      assertThat(partly.err()).isEqualTo(refused.formatted(run, "an unfinished"));
      assertThat(partly.out()).isEmpty();
      assertThat(tiny.output().resolve("delta.safetensors")).hasBinaryContent(delta);
    } finally {
      Files.write(tiny.output().resolve("_SUCCESS"), new byte[0]);
    }
  }

  @Test
  void aRunThatDivergedIsNotTrainedAgainUntilItIsAnother() {
    String output = "output=" + folder.resolve("diverged");
    Cli first = tiny.train(output, "training.learning_rate=1e30", "training.optimizer=sgd");
    assertThat(first.code()).as(first.err()).isEqualTo(4);
    assertThat(folder.resolve("diverged/failure.json")).content().contains("Training diverged");
    assertThat(folder.resolve("diverged/checkpoints")).doesNotExist();
    Cli again = tiny.train(output, "training.learning_rate=1e30", "training.optimizer=sgd");
    assertThat(again.code()).isEqualTo(4);
    assertThat(again.err())
        .contains("[this run ended so before; --overwrite trains it again, on mended data say]");
    Cli mended = tiny.train(output, "training.optimizer=sgd");
    assertThat(mended.code()).as(mended.err()).isZero();
    assertThat(folder.resolve("diverged/failure.json")).doesNotExist();
  }

  @Test
  void aRunIsNotAppliedToAnotherBase() throws IOException {
    Path other = folder.resolve("other");
    BaseModel base = Golden.base("bert");
    TestModels.random(other, base.encoder(), 5);
    for (Cli failed :
        List.of(
            Cli.run("evaluate", run, "--data", tiny.rows().toString(), "--model", other.toString()),
            Cli.run("merge", run, folder + "/no-merge", "--model", other.toString()))) {
      assertThat(failed.code()).isEqualTo(3);
      assertThat(failed.err().lines())
          .containsExactly(
              "Error: Cannot apply the delta to %s: it was trained on the base model %s, this one is %s; give the right one with --model"
                  .formatted(other, base.fingerprint(), BaseModel.open(other).fingerprint()));
    }
    assertThat(folder.resolve("no-merge")).doesNotExist();
  }

  @Test
  void aDryRunSaysWhatARunWouldDoAndWritesNothing() {
    Path output = folder.resolve("dry");
    Cli dry = Cli.run("train", tiny.config().toString(), "--dry-run", "--set", "output=" + output);
    assertThat(dry.code()).isZero();
    assertThat(dry.out())
        .contains("sparsity: 0.1", "38 rows to train on, 10 to validate, 48 to test", "4 steps")
        .contains("k = ", "Memory");
    assertThat(output).doesNotExist();
  }
}
