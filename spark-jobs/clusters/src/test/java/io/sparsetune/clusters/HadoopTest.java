package io.sparsetune.clusters;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.cluster.SparkSubmit;
import io.sparsetune.cluster.SparkSubmit.Outcome;
import io.sparsetune.clusters.HadoopCluster.Application;
import io.sparsetune.job.LocalRun;
import io.sparsetune.testing.ToyRun;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Trainings on YARN, with the configuration, the base, the data and the output on HDFS: the delta
 * is the one of a training without Spark.
 */
class HadoopTest {
  private static final String SAVE_EVERY_STEP = "training.save_seconds=0";
  private static final String ROOT = "/hadoop-test";
  private static final String GOING_ON = "Going on from step ";

  @TempDir static Path folder;
  private static byte[] expected;
  private static HadoopCluster hadoop;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    ToyRun toy = ToyRun.in(folder.resolve("toy"), 0.1);
    expected = LocalRun.delta(toy.config());
    hadoop = HadoopCluster.shared();
    hadoop.put(toy, ROOT + "/toy");
  }

  @Test
  void encryptedInClientModeAndTheCommandsOnItsRun() throws Exception {
    SparkSubmit submit =
        yarn("client")
            .fast()
            .conf("spark.authenticate", true)
            .conf("spark.network.crypto.enabled", true)
            .conf("spark.io.encryption.enabled", true);
    assertThat(train(submit, "client")).isEqualTo(expected);
    Application application = hadoop.ended("client");
    assertThat(application.finalStatus()).isEqualTo("SUCCEEDED");
    assertThat(hadoop.logs(application.id())).contains("authentication enabled");

    Outcome again = yarn("again").run(folder.resolve("again-process"), command("client"));
    assertThat(again.exitCode()).as(again.output()).isZero();
    assertThat(hadoop.applications("again")).isEmpty();

    String run = hadoop.root() + ROOT + "/runs/client";
    String rows = hadoop.root() + ROOT + "/toy/validation.jsonl";
    assertThat(succeeds("inspect", run)).contains("delta");
    assertThat(succeeds("evaluate", run, "--data", rows)).contains("accuracy");
    succeeds("predict", run, "--data", rows, "--out", hadoop.root() + ROOT + "/predictions");
    assertThat(hadoop.exists(ROOT + "/predictions/_SUCCESS")).isTrue();
    succeeds("merge", run, hadoop.root() + ROOT + "/merged");
    assertThat(hadoop.exists(ROOT + "/merged/model.safetensors")).isTrue();
  }

  @Test
  void overTlsInClusterModeAndAnApplicationMasterThatDies() throws Exception {
    SparkSubmit submit = yarn("master").clusterMode().conf("spark.yarn.maxAppAttempts", 2);
    Tls.ofRpc(submit, folder.resolve("keys.p12"));
    Outcome outcome =
        Waiting.during(
            submit,
            18,
            folder.resolve("master-process"),
            command("master", SAVE_EVERY_STEP),
            running -> hadoop.applicationMasters().forEach(ProcessHandle::destroyForcibly));
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    Application application = hadoop.ended("master");
    assertThat(application.finalStatus()).isEqualTo("SUCCEEDED");
    assertThat(application.attempts()).isEqualTo(2);
    assertThat(hadoop.logs(application.id()))
        .contains(GOING_ON, "authentication enabled", "RPC SSL enabled");
    assertThat(delta("master")).isEqualTo(expected);
  }

  /** Two executors of one core; the tag finds the application. */
  private static SparkSubmit yarn(String tag) {
    return hadoop
        .submit(Path.of(System.getProperty("spark.home")))
        .conf("spark.yarn.tags", tag)
        .conf("spark.executor.instances", 2)
        .conf("spark.executor.cores", 1)
        .conf("spark.executor.memory", "1g");
  }

  /** Runs a command on this machine; returns what it prints. */
  private static String succeeds(String... command) throws IOException, InterruptedException {
    Outcome outcome =
        SparkSubmit.on("local[1]")
            .environment("HADOOP_CONF_DIR", hadoop.configuration())
            .run(folder.resolve(command[0] + "-process"), command);
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    return outcome.output();
  }

  private static byte[] train(SparkSubmit submit, String name)
      throws IOException, InterruptedException {
    Outcome outcome = submit.run(folder.resolve(name + "-process"), command(name));
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    return delta(name);
  }

  private static String[] command(String name, String... overrides) {
    return SparkSubmit.train(
        hadoop.root() + ROOT + "/toy/run.yaml", hadoop.root() + ROOT + "/runs/" + name, overrides);
  }

  private static byte[] delta(String name) throws IOException {
    assertThat(hadoop.exists(ROOT + "/runs/" + name + "/_SUCCESS")).isTrue();
    return hadoop.read(ROOT + "/runs/" + name + "/delta.safetensors");
  }
}
