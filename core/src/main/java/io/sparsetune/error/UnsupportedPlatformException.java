package io.sparsetune.error;

/** This machine, or the way it is set up, lacks what a library's native code needs. */
public final class UnsupportedPlatformException extends UserException {
  private static final long serialVersionUID = 1;

  public UnsupportedPlatformException(String message, Throwable cause) {
    super(message, cause);
  }

  @Override
  public ExitCode exitCode() {
    return ExitCode.FAULT;
  }
}
