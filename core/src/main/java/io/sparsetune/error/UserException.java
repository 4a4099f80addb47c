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
        MissingResultsException,
        TakenOverException,
        UnavailableException,
        UnsupportedPlatformException {
  private static final long serialVersionUID = 1;

  UserException(String message, Throwable cause) {
    super(message, cause);
  }

  /** How the command ends of it. */
  public abstract ExitCode exitCode();
}
