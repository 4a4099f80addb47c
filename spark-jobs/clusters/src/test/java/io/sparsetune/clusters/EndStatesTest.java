package io.sparsetune.clusters;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparsetune.cluster.Mishap;
import io.sparsetune.cluster.SparkSubmit;
import io.sparsetune.cluster.SparkSubmit.Outcome;
import io.sparsetune.clusters.HadoopCluster.Application;
import io.sparsetune.error.ExitCode;
import io.sparsetune.testing.ToyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Commands that fail on YARN, with the driver here and there: what spark-submit ends with, what the
 * cluster says, and what is left in the run's folder.
 */
class EndStatesTest {
  private static final String ROOT = "/end-states-test";
  private static final Path HOME = Path.of(System.getProperty("spark.home"));

  /** A mistake in a command, or an accident that befalls it. */
  private enum Fault {
    UNKNOWN_KEY(ExitCode.USAGE, "Unknown key training.lerning_rate", "training.lerning_rate=1"),
    BAD_ROW(ExitCode.DATA, "bad.jsonl", "data.train=BAD"),
    DIVERGED(
        ExitCode.DIVERGED,
        "Training diverged",
        "training.learning_rate=1e38",
        "training.optimizer=sgd"),
    LOST_EXECUTORS(ExitCode.UNAVAILABLE, "executors were lost");

    private final ExitCode code;
    private final String said;
    private final List<String> overrides;

    Fault(ExitCode code, String said, String... overrides) {
      this.code = code;
      this.said = said;
      this.overrides = List.of(overrides);
    }
  }

  @TempDir static Path folder;
  private static HadoopCluster hadoop;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    ToyRun toy = ToyRun.in(folder.resolve("toy"), 0.1);
    List<String> rows =
        new ArrayList<>(Files.readAllLines(toy.folder().resolve("train.jsonl")).subList(0, 4));
    rows.set(2, "{\"text\": ");
    Files.write(folder.resolve("bad.jsonl"), rows);
    hadoop = HadoopCluster.shared();
    hadoop.put(toy, ROOT + "/toy");
    hadoop.put(folder.resolve("bad.jsonl"), ROOT + "/bad.jsonl");
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"DIVERGED", "LOST_EXECUTORS"})
  void onYarnWithTheDriverHere(Fault fault) throws Exception {
    String name = name("yarn-client", fault);
    // Without a limit YARN starts the application master once more, in vain.
    Outcome outcome = run(yarn(name).conf("spark.yarn.maxAppAttempts", 1), name, fault);

    assertThat(outcome.exitCode()).as(outcome.output()).isEqualTo(fault.code.number());
    assertThat(outcome.output()).contains(fault.said);
    Application application = hadoop.ended(name);
    assertThat(application.name()).isEqualTo("sparsetune train " + output(name));
    assertThat(application.finalStatus()).isEqualTo("FAILED");
    print(name, outcome, application);
    assertLeft(name, fault);
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void onYarnWithTheDriverThere(Fault fault) throws Exception {
    String name = name("yarn-cluster", fault);
    // YARN would try again after a failure that is not final.
    int attempts = fault.code.isFinal() ? 2 : 1;
    SparkSubmit submit = yarn(name).clusterMode().conf("spark.yarn.maxAppAttempts", attempts);
    Outcome outcome = run(submit, name, fault);

    assertThat(outcome.exitCode()).as(outcome.output()).isEqualTo(1);
    Application application = hadoop.ended(name);
    assertThat(application.finalStatus()).isEqualTo("FAILED");
    assertThat(application.diagnostics())
        .contains(fault.said)
        .doesNotContain("Shutdown hook", "\tat ");
    assertThat(application.attempts()).isEqualTo(1);
    print(name, outcome, application);
    assertLeft(name, fault);
  }

  private static String name(String place, Fault fault) {
    return place + "-" + fault.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static SparkSubmit yarn(String name) {
    return hadoop
        .submit(HOME)
        .conf("spark.yarn.tags", name)
        .conf("spark.executor.instances", 1)
        .conf("spark.executor.memory", "512m");
  }

  private static Outcome run(SparkSubmit submit, String name, Fault fault)
      throws IOException, InterruptedException {
    if (fault == Fault.LOST_EXECUTORS) {
      submit
          .conf("spark.task.maxFailures", 1)
          .mishap(Mishap.Kind.KILL, 4, folder.resolve(name + "-markers"));
    }
    String[] overrides =
        fault.overrides.stream()
            .map(override -> override.replace("BAD", hadoop.root() + ROOT + "/bad.jsonl"))
            .toArray(String[]::new);
    return submit.run(
        folder.resolve(name + "-process"),
        SparkSubmit.train(hadoop.root() + ROOT + "/toy/run.yaml", output(name), overrides));
  }

  private static void print(String name, Outcome outcome, Application application) {
    System.out.printf(
        "%s: exit code %d, %s, %s%n",
        name, outcome.exitCode(), application.finalStatus(), application.diagnostics().strip());
  }

  private static String output(String name) {
    return hadoop.root() + ROOT + "/runs/" + name;
  }

  private static void assertLeft(String name, Fault fault) throws IOException {
    String run = ROOT + "/runs/" + name;
    assertThat(hadoop.exists(run + "/_SUCCESS")).isFalse();
    if (fault == Fault.UNKNOWN_KEY) {
      // Nobody knows which folder that is.
      assertThat(hadoop.exists(run)).isFalse();
      return;
    }
    JsonNode failure = new ObjectMapper().readTree(hadoop.read(run + "/failure.json"));
    assertThat(failure.path("exit_code").asInt()).isEqualTo(fault.code.number());
    assertThat(failure.path("message").asText()).contains(fault.said);
  }
}
