package io.sparsetune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparsetune.error.DataException;
import io.sparsetune.model.Activation;
import io.sparsetune.model.Architecture;
import io.sparsetune.model.EncoderConfig;
import io.sparsetune.testing.TestModels;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailuresTest {
  /** One layer of it, for a batch of 600 rows of 24 tokens, is an array of 3.8 GB. */
  private static final EncoderConfig WIDE =
      new EncoderConfig(Architecture.BERT, 9, 4, 1, 1, 1 << 16, Activation.GELU, 24, 2, 0, 1e-12);

  @TempDir private Path folder;

  @Test
  void aTaskWithoutEnoughMemoryEndsInAMessage() throws IOException {
    TestModels.random(folder.resolve("model"), WIDE, 1);
    Path train = rows("train.jsonl", 4);
    Path many = rows("many.jsonl", 600);
    Path run = folder.resolve("run");
    Path config = folder.resolve("run.yaml");
    Files.writeString(
        config,
        """
        model: {path: '%s', pooling: mean}
        data: {train: '%s', validation: '%s', max_seq_length: 24}
        task: {text: text, label: label}
        method: {name: random, sparsity: 0.01}
        training: {max_steps: 1, batch_size: 1, micro_batch_size: 1, eval_batch_size: 1}
        output: '%s'
        """
            .formatted(folder.resolve("model"), train, train, run));
    Cli trained = Cli.run("train", config.toString());
    assertThat(trained.code()).as(trained.err()).isZero();
    Path record = run.resolve("run.json");
    String json = Files.readString(record);
    Files.writeString(
        record, json.replaceFirst("eval_batch_size([^0-9]+)1", "eval_batch_size$11000"));
    assertThat(record).content().isNotEqualTo(json);

    Path out = folder.resolve("out");
    Cli predicted =
        Cli.run("predict", run.toString(), "--data", many.toString(), "--out", out.toString());

    assertThat(predicted.err())
        .startsWith(
            "Error: out of memory (predict: in a task: Java heap space). Give the driver more")
        .contains("--driver-memory", "--executor-memory");
    assertThat(predicted.code()).isEqualTo(1);
  }

  @Test
  void aFullDiskOfSparksIsNamedWithWhatToChange() {
    StringWriter err = new StringWriter();
    int code =
        new Failures(new Interruption())
            .handle(
                new IllegalStateException(
                    "Job aborted due to stage failure: Task 0 in stage 1.0 failed 1 times\n"
                        + "java.io.IOException: No space left on device\n\tat a.B.c(B.java:1)"),
                new PrintWriter(err),
                null);
    assertThat(code).isEqualTo(5);
    assertThat(err.toString())
        .startsWith("Error: Cannot write: java.io.IOException: No space left on device. Free some")
        .contains("spark.local.dir", "java.io.tmpdir")
        .doesNotContain("not a mistake of yours");
  }

  @Test
  void lostExecutorsAreNoFaultOfOurs() {
    StringWriter err = new StringWriter();
    int code =
        new Failures(new Interruption())
            .handle(
                new IllegalStateException(
                    "Job aborted due to stage failure: Lost task 0.0: ExecutorLostFailure (executor"
                        + " 1 exited) Reason: Command exited with code 143\n\nDriver stacktrace:"),
                new PrintWriter(err),
                null);
    assertThat(code).isEqualTo(5);
    assertThat(err.toString().lines())
        .singleElement()
        .asString()
        .startsWith("Error: executors were lost")
        .contains("code 143", "goes on from what was saved");
  }

  @Test
  void aStoreThatDoesNotAnswerHasTheCodeOfWhatMayBeBetterLater() {
    Cli failed = Cli.run("inspect", "hdfs://127.0.0.1:1/run");
    assertThat(failed.err()).startsWith("Error: Cannot read ").contains("Connection refused");
    assertThat(failed.code()).isEqualTo(5);
  }

  @Test
  void aFailureBeforeTheRunBeganIsInItsFolderAndInNobodysWay() throws IOException {
    TinyRun tiny = TinyRun.in(folder);
    Path file = tiny.output().resolve("failure.json");
    Cli failed = tiny.train("data.train=" + folder.resolve("none.jsonl"));
    assertThat(failed.code()).isEqualTo(3);
    JsonNode failure = new ObjectMapper().readTree(file.toFile());
    assertThat(failure.path("exit_code").asInt()).isEqualTo(3);
    assertThat(failed.err()).isEqualTo("Error: %s%n".formatted(failure.path("message").asText()));
    assertThat(Instant.parse(failure.path("time").asText())).isBefore(Instant.now());
    assertThat(failure.has("run_id")).isFalse();

    Cli mended = tiny.train();
    assertThat(mended.code()).as(mended.err()).isZero();
    assertThat(file).doesNotExist();
  }

  @Test
  void aFailureOfAnUnfinishedRunIsGoneWhenItGoesOn() throws IOException {
    TinyRun tiny = TinyRun.in(folder);
    assertThat(tiny.train().code()).isZero();
    byte[] delta = Files.readAllBytes(tiny.output().resolve("delta.safetensors"));
    for (String end : List.of("_SUCCESS", "result.json", "delta.safetensors")) {
      Files.delete(tiny.output().resolve(end));
    }
    Path file = tiny.output().resolve("failure.json");
    Path model = folder.resolve("model/model.safetensors");
    Files.move(model, folder.resolve("moved"));
    Cli failed = tiny.train();
    assertThat(failed.code()).as(failed.err()).isEqualTo(3);
    assertThat(new ObjectMapper().readTree(file.toFile()).path("run_id").asText()).hasSize(64);
    Files.move(folder.resolve("moved"), model);

    Cli mended = tiny.train();
    assertThat(mended.code()).as(mended.err()).isZero();
    assertThat(tiny.output().resolve("delta.safetensors")).hasBinaryContent(delta);
    assertThat(file).doesNotExist();
  }

  @Test
  void aFailureIsNotWrittenIntoAnotherRun() throws IOException {
    TinyRun tiny = TinyRun.in(folder);
    assertThat(tiny.train().code()).isZero();
    Cli failed = tiny.train("training.seed=5");
    assertThat(failed.code()).isEqualTo(2);
    Files.delete(tiny.output().resolve("_SUCCESS"));
    assertThat(tiny.train("training.seed=5").code()).isEqualTo(2);
    assertThat(tiny.output().resolve("failure.json")).doesNotExist();
  }

  @Test
  void manyProblemsAreNotAllListed() throws IOException {
    Path config = folder.resolve("many.yaml");
    StringBuilder keys = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      keys.append("key").append(i).append(": 1\n");
    }
    Files.writeString(config, keys);
    Cli failed = Cli.run("train", config.toString());
    assertThat(failed.code()).isEqualTo(2);
    // None of the three keys that have to be given is there.
    assertThat(failed.err().lines()).hasSize(52).first().isEqualTo("Error: 203 problems:");
    assertThat(failed.err().lines().reduce((a, b) -> b)).contains("  and 153 more");
  }

  @Test
  void aResultThatWasLostSaysWhatToGiveMoreMemory() {
    assertThat(
            Failures.inWords(
                new IllegalStateException(
                    "Job aborted due to stage failure: Task 1 in stage 9.0 failed 1 times, most"
                        + " recent failure: Lost task 1.0 (TID 7): TaskResultLost (result lost from"
                        + " block manager)")))
        .startsWith("a task's result did not reach the driver (Spark's TaskResultLost).")
        .contains("--driver-memory");
  }

  @Test
  void whatFailsBecauseSparkHasEndedIsNotTheFailure() {
    StringWriter err = new StringWriter();
    int code =
        new Failures(new Interruption())
            .handle(
                new SparkStoppedException(
                    "spark://nowhere:7077", new DataException("Cannot read data.train")),
                new PrintWriter(err),
                null);
    assertThat(code).isEqualTo(5);
    assertThat(err.toString().lines())
        .containsExactly(
            "Error: Spark on spark://nowhere:7077 has stopped. Its own messages may say why;"
                + " --stacktrace shows what failed then.");
  }

  @Test
  void aTaskThatFailedIsNotDescribedWithItsTrace() {
    assertThat(
            Failures.describe(
                new IllegalStateException(
                    "Job aborted: lost task 0.0: java.io.IOException: gone\n"
                        + "\tat a.B.c(B.java:1)\n"
                        + "\tat d\n")))
        .isEqualTo("IllegalStateException: Job aborted: lost task 0.0: java.io.IOException: gone");
  }

  private Path rows(String name, int pairs) throws IOException {
    String text = "w5 w6 ".repeat(12);
    return Files.write(
        folder.resolve(name),
        Collections.nCopies(
            pairs,
            """
            {"text": "%1$s", "label": "a"}
            {"text": "%1$s w7", "label": "b"}\
            """
                .formatted(text)));
  }
}
