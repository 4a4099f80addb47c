package io.sparsetune.cluster;

import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.error.UserException;
import io.sparsetune.files.IoReason;
import io.sparsetune.sums.NotFiniteException;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.AnalysisException;

/** Finds, in what Spark throws when a task has failed, the error that the task meant. */
public final class SparkFailures {
  /** In a message of Spark's: our error's class, its message, and the first line of its trace. */
  private static final Pattern OURS =
      Pattern.compile(
          "io\\.sparsetune\\.(?:error|sums|cluster)\\.(DataException|ConfigException|CorruptFileException"
              + "|UnsupportedVersionException|NotFiniteException|TaskMemoryException):"
              + " (.*?)(?=\\R\\s{1,8}at |$)",
          Pattern.DOTALL);

  private static final Pattern READING =
      Pattern.compile("FAILED_READ_FILE|Encountered error while reading file|not a Parquet file");

  /** Words of a library that failed on a file's content rather than on reading it. */
  private static final Pattern INTERNAL =
      Pattern.compile("\\b(?:org|com|java|scala)\\.\\w|^\\w+(?:Exception|Error)$|^null$");

  private SparkFailures() {}

  /**
   * Runs Spark's work; a user's error, a {@link NotFiniteException} or a {@link
   * TaskMemoryException} inside a failure is thrown as itself.
   */
  public static <T> T unwrapped(Callable<T> work) {
    try {
      return work.call();
    } catch (Exception e) {
      throw unwrapped(e);
    }
  }

  /** Like {@link #unwrapped(Callable)}; what Spark cannot read is a {@link DataException} too. */
  public static <T> T whileReading(String key, String files, Callable<T> work) {
    return whileReading(key, files, work, AnalysisException.class);
  }

  /** Like {@link #whileReading}, where Spark does nothing but look at the files' descriptions. */
  public static <T> T whileOpening(String key, String files, Callable<T> work) {
    return whileReading(key, files, work, Exception.class);
  }

  /**
   * @param reading a failure that can only be the files'
   */
  private static <T> T whileReading(
      String key, String files, Callable<T> work, Class<? extends Exception> reading) {
    try {
      return work.call();
    } catch (Exception | Error e) {
      RuntimeException known = unwrapped(e);
      if (isOurs(known)) {
        throw known;
      }
      if (FatalErrors.inWords(e).isPresent()) {
        throw new FailedWorkException("reading %s: %s".formatted(key, files), e);
      }
      String reason = readFailure(e, reading.isInstance(e));
      // A full disk is one that Spark lays things aside on.
      if (reason.isEmpty() || IoReason.isFullDisk(reason)) {
        throw known;
      }
      throw new DataException("Cannot read %s: %s: %s".formatted(key, files, reason), e);
    }
  }

  /**
   * Runs Spark's work that writes files; why they cannot be written is a {@link DataException}.
   *
   * @param where the files are to be, for messages
   */
  public static <T> T whileWriting(String where, Callable<T> work) {
    try {
      return work.call();
    } catch (Exception e) {
      RuntimeException known = unwrapped(e);
      if (isOurs(known)
          || FatalErrors.inWords(e).isPresent()
          || !readFailure(e, false).isEmpty()
          || !(deepest(e) instanceof IOException reason)) {
        throw known;
      }
      throw new DataException("Cannot write into %s: %s".formatted(where, IoReason.of(reason)), e);
    }
  }

  static RuntimeException unwrapped(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (isOurs(cause)) {
        return (RuntimeException) cause;
      }
    }
    // An exception that could not travel is left in words alone.
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      Matcher ours = OURS.matcher(String.valueOf(cause.getMessage()));
      if (ours.find()) {
        return again(ours.group(1), ours.group(2).strip(), failure);
      }
    }
    return failure instanceof RuntimeException runtime
        ? runtime
        : new IllegalStateException(failure.getMessage(), failure);
  }

  /**
   * Like {@link #unwrapped(Callable)}.
   *
   * @param name of the work, for messages
   * @throws FailedWorkException where Java itself failed
   */
  public static <T> T named(String name, Callable<T> work) {
    try {
      return unwrapped(work);
    } catch (RuntimeException e) {
      if (!(e instanceof UserException) && FatalErrors.inWords(e).isPresent()) {
        throw new FailedWorkException(name, e);
      }
      throw e;
    }
  }

  private static boolean isOurs(Throwable failure) {
    return failure instanceof UserException
        || failure instanceof NotFiniteException
        || failure instanceof TaskMemoryException;
  }

  /** Why a file cannot be read, in one line; empty where the failure is of another kind. */
  private static String readFailure(Throwable failure, boolean known) {
    boolean reading = known;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      reading |= READING.matcher(message).find();
    }
    return reading ? inReadersWords(firstLine(deepest(failure))) : "";
  }

  /** Why a file cannot be read, without the words of the library that failed on what it holds. */
  public static String readReason(Throwable failure) {
    return inReadersWords(inShort(failure));
  }

  private static String inReadersWords(String line) {
    return INTERNAL.matcher(line).find()
        ? "it is damaged, or not of the format that its name says"
        : line;
  }

  /** A failure's first line, and its deepest cause's; a word alone with its class. */
  public static String inShort(Throwable failure) {
    Throwable deepest = deepest(failure);
    String own = sentence(failure);
    return deepest == failure ? own : own + ": " + sentence(deepest);
  }

  private static String sentence(Throwable failure) {
    String name = failure.getClass().getSimpleName();
    String line =
        failure.getMessage() == null ? name : firstLine(failure).replaceFirst("[.:]$", "");
    return line.contains(" ") || line.equals(name) ? line : name + ": " + line;
  }

  private static Throwable deepest(Throwable failure) {
    Throwable deepest = failure;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return deepest;
  }

  private static String firstLine(Throwable failure) {
    return String.valueOf(failure.getMessage())
        .lines()
        .findFirst()
        .filter(line -> !line.isBlank())
        .orElse(failure.getClass().getSimpleName());
  }

  private static RuntimeException again(String name, String message, Throwable failure) {
    return switch (name) {
      case "ConfigException" -> new ConfigException(message);
      case "NotFiniteException" -> new NotFiniteException(message);
      case "TaskMemoryException" -> new TaskMemoryException(message);
      default -> new DataException(message, failure);
    };
  }
}
