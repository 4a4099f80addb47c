package io.sparsetune.table;

import io.sparsetune.cluster.SparkFailures;
import io.sparsetune.error.DataException;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.util.Locale;
import org.apache.hadoop.security.AccessControlException;

/** Says why a file of text cannot be read. */
final class UnreadableFile {
  private UnreadableFile() {}

  /**
   * @param key the configuration key that names the file
   * @param failure of Java's, Hadoop's or a library's that decompresses
   */
  static DataException because(String key, FilePart part, Throwable failure) {
    String message = "Cannot read %s: %s: %s".formatted(key, part.shown(), reason(part, failure));
    // Spark ends a process that has this error as a cause.
    return failure instanceof OutOfMemoryError
        ? new DataException(message)
        : new DataException(message, failure);
  }

  private static String reason(FilePart part, Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    if (failure instanceof OutOfMemoryError) {
      return "memory does not suffice to read it. Look for a row that is very long, or give each"
          + " task more memory: SPARSETUNE_DRIVER_MEMORY where all runs in one process, else"
          + " spark.executor.memory";
    }
    if (message.startsWith("Too many bytes before newline")) {
      return "a line is longer than 2 GB";
    }
    if (failure instanceof FileNotFoundException || failure instanceof AccessControlException) {
      return SparkFailures.inShort(failure);
    }
    String name = part.name().toLowerCase(Locale.ROOT);
    if (name.endsWith(".gz")
        || name.endsWith(".bz2")
        || name.endsWith(".zst")
        || name.endsWith(".lz4")
        || name.endsWith(".snappy")
        || name.endsWith(".deflate")) {
      return failure instanceof EOFException
          ? "it is cut off: what is compressed in it has no end"
          : "what is compressed in it is damaged, or is of another format than its suffix says";
    }
    return SparkFailures.readReason(failure);
  }
}
