package io.sparsetune.bench;

import io.sparsetune.error.UserException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParseResult;

/** {@code bin/bench}: measurements, never tests. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = {
      "Measures SparseTune; what counts are ratios of what ran side by side in one call.",
      "bin/bench kernels runs JMH over the kernels, with JMH's own options."
    },
    subcommands = {
      StepCommand.class,
      GrowthCommand.class,
      TextCommand.class,
      SparkCommand.class,
      TopKCommand.class,
      CheckpointCommand.class,
      MemoryCommand.class,
      StepProcess.class,
      SparkStepProcess.class,
      QuickStartProcess.class
    })
public final class BenchMain {
  private BenchMain() {}

  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(BenchMain.class)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExecutionExceptionHandler(BenchMain::handle)
            .execute(arguments));
  }

  private static int handle(Exception e, CommandLine command, ParseResult arguments)
      throws Exception {
    if (e instanceof UserException mistake) {
      command.getErr().println(mistake.getMessage());
      return mistake.exitCode().number();
    }
    if (e instanceof Measurement.FailedException failed) {
      command.getErr().println(failed.getMessage());
      return failed.exitCode();
    }
    throw e;
  }
}
