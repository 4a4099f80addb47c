package io.sparsetune.error;

/** Some of the results that a command was to give are not there; it has said of each why. */
public final class MissingResultsException extends UserException {
  private static final long serialVersionUID = 1;

  private final ExitCode code;

  /**
   * @param code how the command ends of what they miss
   */
  public MissingResultsException(String message, ExitCode code) {
    super(message, null);
    this.code = code;
  }

  @Override
  public ExitCode exitCode() {
    return code;
  }
}
