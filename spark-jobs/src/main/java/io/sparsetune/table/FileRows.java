package io.sparsetune.table;

import io.sparsetune.error.DataException;
import io.sparsetune.hadoop.HadoopSettings;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Reads the rows of a task's parts of files, one part after the other.
 *
 * @param <S> what a part is read by
 */
abstract class FileRows<S extends Closeable> implements Iterator<TableRow> {
  private final String key;
  private final HadoopSettings hadoop;
  private final Iterator<FilePart> parts;
  private Optional<S> source = Optional.empty();
  private FilePart part;
  private long index;
  private TableRow next;

  /**
   * @param key the configuration key that names the files
   */
  FileRows(String key, HadoopSettings hadoop, List<FilePart> parts) {
    this.key = key;
    this.hadoop = hadoop;
    this.parts = parts.iterator();
    TaskCompletionListener atEnd = context -> close();
    TaskContext.get().addTaskCompletionListener(atEnd);
  }

  /** Begins to read a part: what comes before its first row is read here. */
  abstract S open(FilePart part, InputStream in) throws IOException;

  /** The part's next row; empty where there is none. */
  abstract Optional<TableRow> read(S source, FilePart part, long index) throws IOException;

  @Override
  public final boolean hasNext() {
    while (next == null && (source.isPresent() || parts.hasNext())) {
      if (source.isEmpty()) {
        part = parts.next();
        index = 0;
      }
      Optional<TableRow> row = reading(key, part, this::read);
      if (row.isPresent()) {
        next = row.get();
        index++;
      } else {
        close();
      }
    }
    return next != null;
  }

  @Override
  public final TableRow next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    TableRow row = next;
    next = null;
    return row;
  }

  private Optional<TableRow> read() throws IOException {
    if (source.isEmpty()) {
      source = Optional.of(open(part, TextInput.open(key, part, hadoop.configuration())));
    }
    return read(source.get(), part, index);
  }

  private void close() {
    try {
      if (source.isPresent()) {
        source.get().close();
      }
    } catch (IOException e) {
      // All that was wanted has been read.
    } finally {
      source = Optional.empty();
    }
  }

  /** What reads from a file. */
  interface Reading<T> {
    T run() throws IOException;
  }

  /**
   * Runs what reads a file.
   *
   * @throws DataException that says in words what keeps it from being read
   */
  static <T> T reading(String key, FilePart part, Reading<T> work) {
    try {
      return work.run();
    } catch (CsvRecords.WrongQuoteException e) {
      throw new DataException(
          "Cannot read %s: the quoted field that begins in line %d of %s is never closed, or has a quote inside that is not doubled."
              .formatted(key, e.line(), part.shown()));
    } catch (IOException | OutOfMemoryError e) {
      throw UnreadableFile.because(key, part, e);
    }
  }
}
