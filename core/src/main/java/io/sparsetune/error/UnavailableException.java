package io.sparsetune.error;

/**
 * Something outside that a command needs and that is not there now, such as a cluster's master that
 * does not answer. The same command may go on well later.
 */
public final class UnavailableException extends UserException {
  private static final long serialVersionUID = 1;

  public UnavailableException(String message, Throwable cause) {
    super(message, cause);
  }

  @Override
  public ExitCode exitCode() {
    return ExitCode.UNAVAILABLE;
  }
}
