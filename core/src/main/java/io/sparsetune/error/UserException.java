package io.sparsetune.error;

/**
 * Something that a user can mend: the message says what is wrong, why, and what to do. The command
 * line prints it without a stack trace and exits with {@link #exitCode()}.
 */
public abstract sealed class UserException extends RuntimeException
    permits ConfigException,
        DataException,
        CorruptFileException,
        UnsupportedVersionException,
        DivergedException,
        InUseException,
        TakenOverException,
        UnsupportedPlatformException {
  private static final long serialVersionUID = 1;

  UserException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * 2 configuration or arguments, 3 data or files, 4 diverged, 1 another command in the way or a
   * machine that lacks something.
   */
  public abstract int exitCode();
}
