package io.sparsetune.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.cluster.Mishap.Kind;
import io.sparsetune.cluster.SparkSubmit.Outcome;
import io.sparsetune.job.LocalRun;
import io.sparsetune.testing.ToyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One training, on every kind of cluster that this machine can be, with failures on the way: the
 * delta is the same byte for byte, and the same as without Spark. The finished application jar runs
 * under spark-submit in JVMs of its own.
 */
@Tag("cluster")
class ClusterTest {
  private static final String STEP = "step ";
  private static final String ROUND = "dense round";

  /** Many a cluster's defaults name it, which cannot write what tasks send. */
  private static final String KRYO = "org.apache.spark.serializer.KryoSerializer";

  @TempDir static Path folder;
  private static ToyRun toy;
  private static byte[] expected;

  @BeforeAll
  static void trainWithoutSpark() throws IOException {
    toy = ToyRun.in(folder.resolve("toy"), 0.1);
    expected = LocalRun.delta(toy.config());
  }

  @Test
  void oneThread() throws Exception {
    assertThat(train(SparkSubmit.on("local[1]").fast(), "one-thread")).isEqualTo(expected);
  }

  @Test
  void twoThreadsTenFilesAndAFailedTask() throws Exception {
    Path markers = folder.resolve("two-threads-markers");
    SparkSubmit submit =
        SparkSubmit.on("local[2,4]").conf("spark.serializer", KRYO).mishap(Kind.FAIL, 15, markers);
    assertThat(train(submit, "two-threads", tenFiles())).isEqualTo(expected);
    assertThat(markers.resolve("failed")).exists();
  }

  @Test
  void twoExecutorsOneOfWhichIsKilledAndAFailedTask() throws Exception {
    Path markers = folder.resolve("two-executors-markers");
    Path log = folder.resolve("two-executors-log");
    SparkSubmit submit =
        SparkSubmit.on("local-cluster[2,1,1024]")
            .fast()
            .mishap(Kind.FAIL, 6, markers)
            .mishap(Kind.KILL, 12, markers)
            .eventLog(log);
    assertThat(train(submit, "two-executors")).isEqualTo(expected);
    assertThat(markers.resolve("failed")).exists();
    assertThat(markers.resolve("killed")).exists();
    EventLog events = EventLog.read(log);
    assertThat(events.executorsOfOneStage(STEP)).hasSize(2);
    assertThat(events.failures()).isNotEmpty();
  }

  @Test
  void denseRoundsOnTwoExecutorsOneOfWhichIsKilledAndAFailedTask() throws Exception {
    String[] child = {
      "method.name=child",
      "method.score_steps=null",
      "method.rounds=3",
      "method.project_every=6 steps",
      "method.workers=2",
      "method.momentum=0.3"
    };
    byte[] withoutSpark = LocalRun.delta(toy.config(child));
    Path markers = folder.resolve("rounds-markers");
    Path log = folder.resolve("rounds-log");
    SparkSubmit submit =
        SparkSubmit.on("local-cluster[2,1,1024]")
            .mishap(Kind.FAIL, ROUND, 2, markers)
            .mishap(Kind.KILL, ROUND, 8, markers)
            .eventLog(log);
    assertThat(train(submit, "rounds", child)).isEqualTo(withoutSpark);
    assertThat(markers.resolve("failed")).exists();
    assertThat(markers.resolve("killed")).exists();
    EventLog events = EventLog.read(log);
    assertThat(events.executorsOfOneStage(ROUND)).hasSize(2);
    assertThat(events.failures()).isNotEmpty();
  }

  @Test
  void theSameJarOnSpark35() throws Exception {
    Path markers = folder.resolve("spark-35-markers");
    Path log = folder.resolve("spark-35-log");
    SparkSubmit submit =
        SparkSubmit.onSpark35("local-cluster[2,1,1024]")
            .fast()
            .conf("spark.serializer", KRYO)
            .mishap(Kind.FAIL, 6, markers)
            .mishap(Kind.KILL, 12, markers)
            .eventLog(log);
    assertThat(train(submit, "spark-35", tenFiles())).isEqualTo(expected);
    assertThat(markers.resolve("failed")).exists();
    assertThat(markers.resolve("killed")).exists();
    assertThat(EventLog.read(log).executorsOfOneStage(STEP)).hasSize(2);
  }

  @Test
  void theSameJarOnSpark35InOneProcess() throws Exception {
    assertThat(train(SparkSubmit.onSpark35("local[1]"), "spark-35-one-thread")).isEqualTo(expected);
    Path markers = folder.resolve("spark-35-two-threads-markers");
    SparkSubmit submit = SparkSubmit.onSpark35("local[2,4]").mishap(Kind.FAIL, 15, markers);
    assertThat(train(submit, "spark-35-two-threads", tenFiles())).isEqualTo(expected);
    assertThat(markers.resolve("failed")).exists();
  }

  @Test
  void aMasterThatSparkDoesNotKnowIsTheUsersMistake() throws Exception {
    Outcome outcome =
        SparkSubmit.on("local[two]")
            .run(folder.resolve("no-master"), "train", toy.file().toString());
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.output())
        .endsWith(
            "Error: Cannot start Spark on local[two]: Could not parse Master URL: 'local[two]'."
                + " See --master and Spark's settings.\n");
  }

  private static String tenFiles() {
    return "data.train=" + toy.folder().resolve("ten");
  }

  private static byte[] train(SparkSubmit submit, String name, String... overrides)
      throws IOException, InterruptedException {
    Path output = folder.resolve(name);
    Outcome outcome =
        submit.run(
            folder.resolve(name + "-process"), SparkSubmit.train(toy.file(), output, overrides));
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    assertThat(output.resolve("_SUCCESS")).exists();
    return Files.readAllBytes(output.resolve("delta.safetensors"));
  }
}
