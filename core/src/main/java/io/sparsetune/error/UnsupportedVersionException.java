package io.sparsetune.error;

/** A well-formed file of a version or kind that this library does not read. */
public final class UnsupportedVersionException extends UserException {
  private static final long serialVersionUID = 1;

  public UnsupportedVersionException(String path, String problem) {
    super("Cannot read " + path + ": " + problem, null);
  }

  @Override
  public ExitCode exitCode() {
    return ExitCode.DATA;
  }
}
