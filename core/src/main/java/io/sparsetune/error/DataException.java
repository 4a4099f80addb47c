package io.sparsetune.error;

/**
 * A row, column or data file that cannot be used; names the file and the row where there is one.
 */
public final class DataException extends UserException {
  private static final long serialVersionUID = 1;

  public DataException(String message) {
    super(message, null);
  }

  public DataException(String message, Throwable cause) {
    super(message, cause);
  }

  @Override
  public ExitCode exitCode() {
    return ExitCode.DATA;
  }
}
