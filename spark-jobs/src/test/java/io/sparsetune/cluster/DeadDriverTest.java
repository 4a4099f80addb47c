package io.sparsetune.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.cluster.Mishap.Kind;
import io.sparsetune.cluster.SparkSubmit.Outcome;
import io.sparsetune.cluster.SparkSubmit.Running;
import io.sparsetune.job.LocalRun;
import io.sparsetune.testing.ToyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Trainings whose driver dies on a cluster: the same command on another cluster goes on from what
 * is saved, and ends in the delta of a training without Spark that nothing interrupts.
 */
@Tag("cluster")
class DeadDriverTest {
  private static final Pattern GOING_ON = Pattern.compile("Going on from step (\\d+)\\.");
  private static final String SAVE_EVERY_STEP = "training.save_seconds=0";

  @TempDir static Path folder;
  private static ToyRun toy;

  @BeforeAll
  static void layOut() throws IOException {
    toy = ToyRun.in(folder.resolve("toy"), 0.1);
  }

  @Test
  void aDriverThatDiesAtAStep() throws Exception {
    String[] command = train("steps", SAVE_EVERY_STEP);
    SparkSubmit submit = cluster().mishap(Kind.HALT, 16, folder.resolve("steps-markers"));
    assertKilled(submit, "steps", command);

    Outcome outcome =
        quiet(SparkSubmit.onSpark35("local[2]")).run(folder.resolve("steps-again"), command);

    // Step 12 has an evaluation, whose state is saved.
    assertThat(stepOf(outcome)).isBetween(12, 32);
    assertThat(delta("steps")).isEqualTo(LocalRun.delta(toy.config(SAVE_EVERY_STEP)));
  }

  @Test
  void aDriverThatDiesInADenseRoundAfterOneOfItsExecutors() throws Exception {
    String[] child = {
      "method.name=child",
      "method.score_steps=null",
      "method.rounds=3",
      "method.project_every=6 steps",
      "method.workers=2",
      "method.momentum=0.3",
      "training.save_dense_seconds=0"
    };
    String[] command = train("rounds", child);
    Path markers = folder.resolve("rounds-markers");
    SparkSubmit submit =
        cluster()
            .mishap(Kind.KILL, "dense round", 2, markers)
            .mishap(Kind.HALT, "dense round 2", 2, markers);
    assertKilled(submit, "rounds", command);
    assertThat(markers.resolve("killed")).exists();

    Outcome outcome =
        quiet(SparkSubmit.on("local[2]")).run(folder.resolve("rounds-again"), command);

    assertThat(stepOf(outcome)).isEqualTo(6);
    assertThat(delta("rounds")).isEqualTo(LocalRun.delta(toy.config(child)));
  }

  @Test
  void aDriverThatIsAskedToEndSavesItsState() throws Exception {
    String[] command = train("term", "training.max_steps=100000", "training.eval_steps=100000");
    try (Running running = cluster().start(folder.resolve("term-process"), command)) {
      while (running.isAlive() && !running.output().contains("\nstep 5/")) {
        Thread.sleep(20);
      }
      running.terminate();

      Outcome outcome = running.end(Duration.ofSeconds(10));

      assertThat(outcome.exitCode()).as(outcome.output()).isEqualTo(143);
      assertThat(outcome.output())
          .containsPattern(
              "is saved as it is after step [0-9]+; the same command goes on from there");
    }
    try (var checkpoints = Files.list(folder.resolve("term/checkpoints"))) {
      assertThat(checkpoints).anyMatch(file -> file.endsWith("checkpoint-000002"));
    }
  }

  private static SparkSubmit cluster() {
    return quiet(SparkSubmit.on("local-cluster[2,1,1024]"));
  }

  /** Spark says much when a driver ends, and an outcome has the end of the output alone. */
  private static SparkSubmit quiet(SparkSubmit submit) {
    return submit.conf("spark.log.level", "OFF");
  }

  private static void assertKilled(SparkSubmit submit, String name, String... command)
      throws IOException, InterruptedException {
    Outcome killed = submit.run(folder.resolve(name + "-process"), command);
    assertThat(killed.exitCode()).as(killed.output()).isEqualTo(Mishaps.HALTED);
    assertThat(folder.resolve(name).resolve("delta.safetensors")).doesNotExist();
  }

  private static String[] train(String name, String... overrides) {
    return SparkSubmit.train(toy.file(), folder.resolve(name), overrides);
  }

  /** The step that a training has gone on from, which has ended since. */
  private static int stepOf(Outcome outcome) {
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    Matcher step = GOING_ON.matcher(outcome.output());
    assertThat(step.find()).as(outcome.output()).isTrue();
    return Integer.parseInt(step.group(1));
  }

  private static byte[] delta(String name) throws IOException {
    assertThat(folder.resolve(name).resolve("_SUCCESS")).exists();
    return Files.readAllBytes(folder.resolve(name).resolve("delta.safetensors"));
  }
}
