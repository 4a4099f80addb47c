package io.sparsetune.files;

import io.sparsetune.error.DataException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/** What to say of a file that the file system does not give. */
public final class Unreadable {
  private Unreadable() {}

  /** The error for a user: no such file, no right to read it, or what the file system said. */
  public static DataException because(String path, IOException cause) {
    String reason;
    if (cause instanceof NoSuchFileException || cause instanceof FileNotFoundException) {
      reason = "there is no such file";
    } else if (cause instanceof AccessDeniedException) {
      reason = "permission denied";
    } else {
      reason = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
    return new DataException("Cannot read " + path + ": " + reason, cause);
  }
}
