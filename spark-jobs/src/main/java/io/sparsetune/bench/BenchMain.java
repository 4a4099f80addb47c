package io.sparsetune.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code bin/bench}: measurements, never tests. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Measures SparseTune; figures are ratios of what ran side by side in one call.",
    subcommands = {StepCommand.class, StepProcess.class, SparkStepProcess.class})
public final class BenchMain {
  private BenchMain() {}

  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(BenchMain.class)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(arguments));
  }
}
