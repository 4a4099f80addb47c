package io.sparsetune.bench;

import java.nio.file.Files;
import java.nio.file.Path;
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
    if (values.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "Invalid " + option + ": no number");
    }
    for (int value : values) {
      if (value < least || value > most) {
        throw new ParameterException(
            spec.commandLine(),
            "Invalid %s: %,d (it has to be %,d to %,d)".formatted(option, value, least, most));
      }
    }
  }

  /**
   * @throws ParameterException unless the quick start has been prepared there
   */
  static void prepared(CommandSpec spec, Path folder) {
    if (!Files.exists(folder.resolve("config.yaml"))) {
      throw new ParameterException(
          spec.commandLine(),
          "There is no "
              + folder.resolve("config.yaml")
              + ": run bin/sparsetune quickstart --prepare first, or name its folder with --prepared");
    }
  }
}
