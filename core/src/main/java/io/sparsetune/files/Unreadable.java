package io.sparsetune.files;

import io.sparsetune.error.DataException;
import java.io.IOException;

/** What to say of a file that the file system does not give. */
public final class Unreadable {
  private Unreadable() {}

  /** The error for a user: no such file, no right to read it, or what the file system said. */
  public static DataException because(String path, IOException cause) {
    return new DataException("Cannot read " + path + ": " + IoReason.of(cause), cause);
  }
}
