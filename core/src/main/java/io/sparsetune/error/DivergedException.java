package io.sparsetune.error;

/** Training left the range of numbers: a loss or gradient that is not finite. */
public final class DivergedException extends UserException {
  private static final long serialVersionUID = 1;

  public DivergedException(String message, Throwable cause) {
    super(message, cause);
  }

  @Override
  public ExitCode exitCode() {
    return ExitCode.DIVERGED;
  }
}
