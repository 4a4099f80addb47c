package io.sparsetune.clusters;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.cluster.SparkSubmit;
import io.sparsetune.cluster.SparkSubmit.Outcome;
import io.sparsetune.job.LocalRun;
import io.sparsetune.testing.ToyRows;
import io.sparsetune.testing.ToyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings on a standalone cluster: the delta is the one of a training without Spark. */
class StandaloneTest {
  private static final Path HOME = Path.of(System.getProperty("spark.home"));

  @TempDir static Path folder;
  private static ToyRun toy;
  private static byte[] expected;
  private static StandaloneCluster cluster;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    toy = ToyRun.in(folder.resolve("toy"), 0.1);
    expected = LocalRun.delta(toy.config());
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
  void clientMode() throws Exception {
    assertThat(train(submit().fast(), "client")).isEqualTo(expected);
  }

  @Test
  void clusterMode() throws Exception {
    SparkSubmit submit =
        submit().clusterMode().conf("spark.standalone.submit.waitAppCompletion", true);
    assertThat(train(submit, "cluster")).isEqualTo(expected);
    assertThat(cluster.completedDrivers()).contains("FINISHED");
  }

  @Test
  void theUsersClassPathFirst() throws Exception {
    SparkSubmit submit =
        submit()
            .conf("spark.driver.userClassPathFirst", true)
            .conf("spark.executor.userClassPathFirst", true);
    assertThat(train(submit, "class-path")).isEqualTo(expected);
  }

  @Test
  void manyPartitions() throws Exception {
    Path rows = folder.resolve("many.jsonl");
    ToyRows.oneFile(rows, ToyRows.jsonLines(1024, 40, 8, 3, 3));
    String[] overrides = {
      "data.train=" + rows,
      "training.batch_size=512",
      "training.micro_batch_size=2",
      "training.max_steps=3",
      "method.score_steps=1"
    };
    SparkSubmit submit = submit().conf("spark.sparsetune.partitions", 256);
    assertThat(train(submit, "many", overrides)).isEqualTo(LocalRun.delta(toy.config(overrides)));
  }

  /** Executors of one core, two at once. */
  private static SparkSubmit submit() {
    return SparkSubmit.on(HOME, cluster.master())
        .conf("spark.cores.max", 2)
        .conf("spark.executor.cores", 1)
        .conf("spark.executor.memory", "1g");
  }

  private static byte[] train(SparkSubmit submit, String name, String... overrides)
      throws IOException, InterruptedException {
    Outcome outcome = submit.run(folder.resolve(name + "-process"), command(name, overrides));
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    return delta(name);
  }

  private static String[] command(String name, String... overrides) {
    return SparkSubmit.train(toy.file(), folder.resolve(name), overrides);
  }

  private static byte[] delta(String name) throws IOException {
    assertThat(folder.resolve(name).resolve("_SUCCESS")).exists();
    return Files.readAllBytes(folder.resolve(name).resolve("delta.safetensors"));
  }
}
