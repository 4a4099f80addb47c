package io.sparsetune.bench;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Options' values. */
final class Checks {
  private Checks() {}

  /**
   * @throws ParameterException unless all are from {@code least} to {@code most}
   */
  static void between(CommandSpec spec, String option, List<Integer> values, int least, int most) {
    for (int value : values) {
      if (value < least || value > most) {
        throw new ParameterException(
            spec.commandLine(),
            "Invalid %s: %,d (it has to be %,d to %,d)".formatted(option, value, least, most));
      }
    }
  }
}
