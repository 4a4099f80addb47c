package io.sparsetune.error;

/** A file that breaks its format; names the path and what is wrong where. */
public final class CorruptFileException extends UserException {
  private static final long serialVersionUID = 1;

  public CorruptFileException(String path, String problem) {
    super("Cannot read " + path + ": " + problem, null);
  }

  public CorruptFileException(String path, String problem, Throwable cause) {
    super("Cannot read " + path + ": " + problem, cause);
  }

  @Override
  public ExitCode exitCode() {
    return ExitCode.DATA;
  }
}
