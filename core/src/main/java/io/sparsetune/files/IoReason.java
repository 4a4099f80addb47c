package io.sparsetune.files;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The words for why a file system refuses something: the classes of its errors say it in part. */
public final class IoReason {
  private static final String MISSING = "there is no such file";
  private static final String DENIED = "permission denied";

  /** Java's oldest streams end their message with the words of the operating system. */
  private static final Pattern SYSTEMS_WORDS = Pattern.compile("\\(([^()]+)\\)$");

  private static final Pattern FULL =
      Pattern.compile("No space left on device|Disk quota exceeded", Pattern.CASE_INSENSITIVE);

  private IoReason() {}

  /** The reason in a line, and for a full disk what to do. */
  public static String of(IOException failure) {
    String reason = reason(failure);
    return FULL.matcher(reason).find()
        ? reason + "; free some of it, or choose another place"
        : reason;
  }

  /** Whether a failure is that of a full disk. */
  public static boolean isFullDisk(String message) {
    return FULL.matcher(message).find();
  }

  private static String reason(IOException failure) {
    if (failure instanceof NoSuchFileException) {
      return MISSING;
    }
    if (failure instanceof AccessDeniedException) {
      return DENIED;
    }
    if (failure instanceof FileAlreadyExistsException) {
      return "something else of that name is there";
    }
    if (failure instanceof NotDirectoryException) {
      return "it is no folder";
    }
    if (failure instanceof FileSystemException exact && exact.getReason() != null) {
      return inWords(exact.getReason());
    }
    String message = failure.getMessage() == null ? "" : failure.getMessage().strip();
    if (failure instanceof FileNotFoundException) {
      Matcher words = SYSTEMS_WORDS.matcher(message);
      return words.find() ? inWords(words.group(1)) : MISSING;
    }
    return message.isEmpty()
        ? failure.getClass().getSimpleName()
        : message.lines().findFirst().orElseThrow();
  }

  private static String inWords(String system) {
    return switch (system) {
      case "No such file or directory" -> MISSING;
      case "Permission denied" -> DENIED;
      case "Is a directory" -> "it is a folder, not a file";
      case "Not a directory" -> "a part of the path is a file, not a folder";
      default -> system;
    };
  }
}
