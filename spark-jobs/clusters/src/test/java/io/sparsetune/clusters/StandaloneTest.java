package io.sparsetune.clusters;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.cluster.SparkSubmit;
import io.sparsetune.cluster.SparkSubmit.Outcome;
import io.sparsetune.job.LocalRun;
import io.sparsetune.testing.ToyRows;
import io.sparsetune.testing.ToyRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Trainings on a standalone cluster, with files on HDFS where the driver is in the cluster: the
 * delta is the one of a training without Spark.
 */
class StandaloneTest {
  private static final Path HOME = Path.of(System.getProperty("spark.home"));

  @TempDir static Path folder;
  private static final String ROOT = "/standalone-test";

  private static ToyRun toy;
  private static byte[] expected;
  private static HadoopCluster hadoop;
  private static StandaloneCluster cluster;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    toy = ToyRun.in(folder.resolve("toy"), 0.1);
    expected = LocalRun.delta(toy.config());
    hadoop = HadoopCluster.shared();
    hadoop.put(toy, ROOT + "/toy");
    cluster =
        StandaloneCluster.start(
            HOME, folder.resolve("cluster"), StandaloneCluster.Settings.TWO_WORKERS);
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  void clusterModeWithTheUsersClassPathFirst() throws Exception {
    List<String> before = cluster.completedDrivers();
    Outcome outcome =
        inClusterMode()
            .conf("spark.driver.userClassPathFirst", true)
            .conf("spark.executor.userClassPathFirst", true)
            .run(folder.resolve("cluster-process"), onHdfs("cluster"));
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    assertThat(cluster.completedDrivers()).hasSize(before.size() + 1).contains("FINISHED");
    assertThat(hadoop.exists(ROOT + "/cluster/_SUCCESS")).isTrue();
    assertThat(hadoop.read(ROOT + "/cluster/delta.safetensors")).isEqualTo(expected);
  }

  /** Spark's own spark-submit ends well there, whatever becomes of the driver. */
  @Test
  void aDriverThatFailsInClusterMode() throws Exception {
    List<String> before = cluster.completedDrivers();
    Outcome outcome =
        inClusterMode()
            .run(
                folder.resolve("failed-process"),
                onHdfs("failed", "training.learning_rate=1e38", "training.optimizer=sgd"));
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    assertThat(cluster.completedDrivers()).hasSize(before.size() + 1).contains("FAILED");
    assertThat(hadoop.exists(ROOT + "/failed/_SUCCESS")).isFalse();
    assertThat(new String(hadoop.read(ROOT + "/failed/failure.json"), StandardCharsets.UTF_8))
        .contains("Training diverged");
  }

  @Test
  void manyPartitionsInClientMode() throws Exception {
    Path rows = folder.resolve("many.jsonl");
    ToyRows.oneFile(rows, ToyRows.jsonLines(1024, 40, 8, 3, 3));
    String[] overrides = {
      "data.train=" + rows,
      "training.batch_size=512",
      "training.micro_batch_size=2",
      "training.max_steps=3",
      "method.score_steps=1"
    };
    Path run = folder.resolve("many");
    Outcome outcome =
        submit()
            .conf("spark.sparsetune.partitions", 256)
            .run(folder.resolve("many-process"), SparkSubmit.train(toy.file(), run, overrides));
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    assertThat(run.resolve("_SUCCESS")).exists();
    assertThat(Files.readAllBytes(run.resolve("delta.safetensors")))
        .isEqualTo(LocalRun.delta(toy.config(overrides)));
  }

  /** Executors of one core, two at once. */
  private static SparkSubmit submit() {
    return SparkSubmit.on(HOME, cluster.master())
        .conf("spark.cores.max", 2)
        .conf("spark.executor.cores", 1)
        .conf("spark.executor.memory", "1g");
  }

  private static SparkSubmit inClusterMode() {
    return submit().clusterMode().conf("spark.standalone.submit.waitAppCompletion", true);
  }

  private static String[] onHdfs(String name, String... overrides) {
    String root = hadoop.root() + ROOT;
    return SparkSubmit.train(root + "/toy/run.yaml", root + "/" + name, overrides);
  }
}
