package io.sparsetune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.testing.ToyRun;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signals to a process that trains. */
class InterruptionTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143"})
  void aSignalLeavesAnUnfinishedRunAndItsOwnExitCode(String signal, int code) throws Exception {
    ToyRun toy = ToyRun.in(folder, 0);
    Process process = train(toy.file());
    List<String> lines = new ArrayList<>();
    try (BufferedReader err =
        new BufferedReader(
            new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
      boolean sent = false;
      for (String line = err.readLine(); line != null; line = err.readLine()) {
        lines.add(line);
        if (!sent && line.startsWith("step 5/")) {
          sent = true;
          signal(process, signal);
        }
      }
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    String output = String.join("\n", lines);
    assertThat(process.exitValue()).as(output).isEqualTo(code);
    assertThat(output)
        .containsPattern(
            "Interrupted: stopping the running jobs. The run in %s is saved as it is after step [0-9]+; the same command goes on from there."
                .formatted(folder.resolve("run")))
        .doesNotContain("Error: ", "\tat ");
    assertThat(folder.resolve("run/run.json")).exists();
    assertThat(folder.resolve("run/_SUCCESS")).doesNotExist();
  }

  /** The command line in a JVM like this one; every step is logged, and there are many. */
  private static Process train(Path config) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-"))
        .forEach(command::add);
    command.addAll(List.of("-Xmx1g", "-Dspark.master=local[1]", "-Dspark.ui.enabled=false"));
    command.addAll(
        List.of("-Dspark.driver.host=localhost", "-Dspark.driver.bindAddress=127.0.0.1"));
    // The launcher's own log, in which Spark's messages have no traces.
    Path log = Path.of("../conf/log4j2.properties").toAbsolutePath().normalize();
    command.add("-Dlog4j2.configurationFile=" + log.toUri());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Main.class.getName(), "train", config.toString()));
    command.addAll(
        List.of("--set", "training.max_steps=100000", "--set", "training.eval_steps=1000"));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    return builder.start();
  }

  private static void signal(Process process, String name) throws Exception {
    int sent =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    assertThat(sent).isZero();
  }
}
