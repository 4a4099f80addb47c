package io.sparsetune.error;

/** Another command writes where this one does; names the folder. */
public final class TakenOverException extends UserException {
  private static final long serialVersionUID = 1;

  public TakenOverException(String message) {
    super(message, null);
  }

  @Override
  public ExitCode exitCode() {
    return ExitCode.FAULT;
  }
}
