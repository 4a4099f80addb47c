package io.sparsetune.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.config.RunConfig;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.files.Sha256;
import io.sparsetune.progress.EvaluationReport;
import io.sparsetune.progress.StepReport;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.testing.SharedSession;
import io.sparsetune.testing.ToyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that were interrupted: what their files say at last, and who may go on with them. */
class ResumedRunTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> TIMES =
      List.of("seconds", "tokens_per_second", "milliseconds_per_step");

  @TempDir Path folder;

  /** The death of the process. */
  private static final class Death extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** Dies in the middle of a step, or of an evaluation, and hears warnings. */
  private static final class Mortal implements TrainingListener {
    private final int step;
    private final boolean evaluating;
    private final List<String> warnings = new ArrayList<>();

    Mortal(int step, boolean evaluating) {
      this.step = step;
      this.evaluating = evaluating;
    }

    @Override
    public void stepDone(StepReport report) {
      if (report.step() == step && !evaluating) {
        throw new Death();
      }
    }

    @Override
    public void evaluated(EvaluationReport report) {
      if (report.step() == step && evaluating) {
        throw new Death();
      }
    }

    @Override
    public void warned(String warning) {
      warnings.add(warning);
    }
  }

  /** Reads everything anew, as another process would. */
  private static void train(RunConfig config, TrainingListener listener) {
    new TrainJob(SharedSession.get()).run(new TrainJob.Request(config, Existing.GO_ON, listener));
  }

  private static void diesIn(RunConfig config, int step, boolean evaluating) {
    assertThatThrownBy(() -> train(config, new Mortal(step, evaluating))).isInstanceOf(Death.class);
  }

  private static RunConfig config(ToyRun toy, Path output, String... more) {
    List<String> overrides = new ArrayList<>(List.of(more));
    overrides.add("output=" + output);
    overrides.add("training.save_seconds=0");
    return toy.config(overrides.toArray(String[]::new));
  }

  private static List<JsonNode> metrics(Path run) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      lines.add(((ObjectNode) JSON.readTree(line)).remove(TIMES));
    }
    return lines;
  }

  private static JsonNode json(Path file) throws IOException {
    return JSON.readTree(file.toFile());
  }

  @Test
  void aRunThatDiedOftenSaysWhatOneThatWasLeftAloneSays() throws IOException {
    ToyRun toy = ToyRun.in(folder.resolve("toy"), 0.1);
    String[] stopping = {"training.early_stopping_patience=3", "training.eval_steps=4"};
    Path alone = folder.resolve("alone");
    Path often = folder.resolve("often");
    train(config(toy, alone, stopping), TrainingListener.NONE);
    RunConfig config = config(toy, often, stopping);
    diesIn(config, 1, false);
    diesIn(config, 4, true);
    diesIn(config, 7, false);
    diesIn(config, 12, true);
    train(config, TrainingListener.NONE);
    assertThat(often.resolve("delta.safetensors"))
        .hasSameBinaryContentAs(alone.resolve("delta.safetensors"));
    assertThat(metrics(often)).isEqualTo(metrics(alone));
    JsonNode one = json(alone.resolve("result.json"));
    JsonNode other = json(often.resolve("result.json"));
    for (String key : List.of("steps", "best_step", "validation", "n", "k", "delta_sha256")) {
      assertThat(other.get(key)).as(key).isNotNull().isEqualTo(one.get(key));
    }
    assertThat(other.path("bytes").path("steps").asInt())
        .isGreaterThanOrEqualTo(one.path("bytes").path("steps").asInt());
    JsonNode attempts = json(often.resolve("run.json")).path("attempts");
    assertThat(attempts.findValues("from_step").stream().map(JsonNode::asInt))
        .hasSize(4)
        .startsWith(0)
        .isSorted();
    assertThat(json(alone.resolve("run.json")).has("attempts")).isFalse();
    assertThat(often.resolve("checkpoints")).doesNotExist();
  }

  private static Map<String, String> hashes(Path run) throws IOException {
    Map<String, String> hashes = new TreeMap<>();
    try (Stream<Path> files = Files.walk(run)) {
      for (Path file : files.toList()) {
        hashes.put(
            run.relativize(file).toString(),
            Files.isDirectory(file) ? "" : Sha256.hex(Files.readAllBytes(file)));
      }
    }
    return hashes;
  }

  private static void assertRefused(RunConfig config, String why) throws IOException {
    Path run = Path.of(config.output());
    Map<String, String> before = hashes(run);
    ConfigException refused =
        catchThrowableOfType(ConfigException.class, () -> train(config, TrainingListener.NONE));
    assertThat(refused).as(why).isNotNull();
    assertThat(refused.exitCode().number()).isEqualTo(2);
    assertThat(refused).hasMessageContaining(why).hasMessageContaining("--overwrite");
    assertThat(hashes(run)).as(why).isEqualTo(before);
  }

  @Test
  void onlyTheSameRunGoesOnAndARefusalChangesNothing() throws IOException {
    ToyRun toy = ToyRun.in(folder.resolve("toy"), 0.1);
    Path run = folder.resolve("run");
    Path rows = toy.folder().resolve("train.jsonl");
    Path moved = Files.copy(rows, toy.folder().resolve("moved.jsonl"));
    Path test = Files.copy(toy.folder().resolve("validation.jsonl"), folder.resolve("test.jsonl"));
    RunConfig config = config(toy, run, "data.test=" + test);
    diesIn(config, 14, false);
    assertRefused(
        config(toy, run, "data.test=" + test, "training.seed=8"), "training.seed 7, not 8");
    assertRefused(
        config(toy, run, "data.test=" + test, "training.precision=bf16"), "training.precision");
    assertRefused(config(toy, run), "data.test was given before, and is not");
    changed(test, () -> assertRefused(config, "the rows of data.test have changed"));
    changed(
        rows,
        () -> assertRefused(config, "the rows of data.train or data.validation have changed"));
    Path weights = toy.folder().resolve("model/model.safetensors");
    byte[] kept = Files.readAllBytes(weights);
    byte[] other = kept.clone();
    other[other.length / 2] ^= 1;
    Files.write(weights, other);
    assertRefused(config, "the weights of model.path have changed");
    Files.write(weights, kept);
    Path manifest = run.resolve("run.json");
    String written = Files.readString(manifest);
    String arithmetic = json(manifest).path("arithmetic").asText();
    Files.writeString(manifest, written.replace(arithmetic, "another kind"));
    assertRefused(config, "the arithmetic is another kind, not " + arithmetic);
    String id = json(manifest).path("run_id").asText();
    Files.writeString(manifest, written.replace(id, "f".repeat(64)));
    assertRefused(config, " began it, this is ");
    Files.writeString(manifest, written);
    train(config(toy, run, "data.test=" + test, "data.train=" + moved), TrainingListener.NONE);
    assertThat(run.resolve("delta.safetensors")).hasBinaryContent(LocalRun.delta(config));
  }

  private interface Check {
    void run() throws IOException;
  }

  /** With one more row in a file meanwhile. */
  private static void changed(Path rows, Check check) throws IOException {
    byte[] kept = Files.readAllBytes(rows);
    String first = Files.readAllLines(rows).get(0);
    Files.writeString(rows, first + "\n", StandardOpenOption.APPEND);
    check.run();
    Files.write(rows, kept);
  }

  @Test
  void ofADamagedCheckpointTheOneBeforeIsTakenAndWithoutAnyTheRunIsLeftAlone() throws IOException {
    ToyRun toy = ToyRun.in(folder.resolve("toy"), 0.1);
    Path run = folder.resolve("run");
    RunConfig config = config(toy, run, "training.max_steps=12");
    diesIn(config, 8, false);
    List<Path> checkpoints;
    try (Stream<Path> files = Files.list(run.resolve("checkpoints"))) {
      checkpoints = files.sorted().toList();
    }
    assertThat(checkpoints).hasSize(2);
    Files.write(checkpoints.get(1), new byte[100]);
    Path copy = folder.resolve("copy");
    FileUtils.copyDirectory(run.toFile(), copy.toFile());
    Mortal listener = new Mortal(-1, false);
    train(config, listener);
    assertThat(run.resolve("delta.safetensors")).hasBinaryContent(LocalRun.delta(config));
    assertThat(listener.warnings)
        .singleElement()
        .asString()
        .startsWith("a checkpoint cannot be used, so the one before is: Cannot read ")
        .contains(checkpoints.get(1).getFileName().toString());
    Files.write(copy.resolve("checkpoints").resolve(checkpoints.get(0).getFileName()), new byte[9]);
    Map<String, String> before = hashes(copy);
    assertThatThrownBy(
            () -> train(config(toy, copy, "training.max_steps=12"), TrainingListener.NONE))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(
            "Cannot go on with the run in %s: none of its checkpoints can be used (", copy)
        .hasMessageEndingWith("). Give --overwrite to start it again");
    assertThat(hashes(copy)).isEqualTo(before);
  }
}
