package io.sparsetune.error;

/** A folder that another command, which lives, is at work in; names the folder. */
public final class InUseException extends UserException {
  private static final long serialVersionUID = 1;

  public InUseException(String message) {
    super(message, null);
  }

  @Override
  public ExitCode exitCode() {
    return ExitCode.UNAVAILABLE;
  }
}
