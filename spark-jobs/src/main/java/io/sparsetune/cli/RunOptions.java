package io.sparsetune.cli;

import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The run that a command works on. */
final class RunOptions {
  @Parameters(index = "0", paramLabel = "RUN", description = "Folder of a finished run.")
  private String run;

  @Option(
      names = "--model",
      paramLabel = "PATH",
      description = "Where the base model is now, if it has moved since the run.")
  private String model;

  String path() {
    return run;
  }

  Optional<String> model() {
    return Optional.ofNullable(model);
  }
}
