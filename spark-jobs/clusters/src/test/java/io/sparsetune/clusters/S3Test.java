package io.sparsetune.clusters;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.cluster.SparkSubmit;
import io.sparsetune.cluster.SparkSubmit.Outcome;
import io.sparsetune.cluster.SparkSubmit.Running;
import io.sparsetune.job.LocalRun;
import io.sparsetune.testing.ToyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Trainings with the configuration, the base, the data and the output in an object store: the delta
 * is the one of a training without Spark.
 */
class S3Test {

  @TempDir static Path folder;
  private static byte[] expected;
  private static S3Server s3;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    ToyRun toy = ToyRun.in(folder.resolve("toy"), 0.1);
    expected = LocalRun.delta(toy.config());
    s3 = S3Server.start(folder.resolve("s3"));
    Files.writeString(toy.file(), toy.movedTo(s3.root() + "/toy"));
    s3.put(toy.folder(), "toy");
  }

  @AfterAll
  static void stop() {
    if (s3 != null) {
      s3.close();
    }
  }

  @Test
  void aDriverThatDiesAndTheCommandsOnItsRun() throws Exception {
    String[] train = command("run", "training.save_seconds=0");
    Waiting.during(
        submit("local-cluster[2,1,1024]"), 18, folder.resolve("killed"), train, Running::kill);
    assertThat(succeeds("local-cluster[2,1,1024]", train)).contains("Going on from step ");
    assertThat(s3.read("runs/run/delta.safetensors")).isEqualTo(expected);
    assertThat(s3.keys("runs/run/")).contains("runs/run/_SUCCESS");
    assertThat(s3.keys("runs/run/checkpoints/")).isEmpty();

    byte[] result = s3.read("runs/run/result.json");
    succeeds("local[1]", train);
    assertThat(s3.read("runs/run/result.json")).isEqualTo(result);

    String run = s3.root() + "/runs/run";
    String rows = s3.root() + "/toy/validation.jsonl";
    succeeds("local[1]", "inspect", run);
    assertThat(succeeds("local[1]", "evaluate", run, "--data", rows)).contains("accuracy");
    succeeds("local[1]", "predict", run, "--data", rows, "--out", s3.root() + "/predictions");
    assertThat(s3.keys("predictions/")).contains("predictions/_SUCCESS");
    succeeds("local[1]", "merge", run, s3.root() + "/merged");
    assertThat(s3.keys("merged/")).contains("merged/model.safetensors");
  }

  private static SparkSubmit submit(String master) {
    return s3.in(SparkSubmit.on(master), Path.of(System.getProperty("s3a.home")));
  }

  private static String succeeds(String master, String... command)
      throws IOException, InterruptedException {
    Outcome outcome = submit(master).run(folder.resolve("process"), command);
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    return outcome.output();
  }

  private static String[] command(String name, String... overrides) {
    return SparkSubmit.train(s3.root() + "/toy/run.yaml", s3.root() + "/runs/" + name, overrides);
  }
}
