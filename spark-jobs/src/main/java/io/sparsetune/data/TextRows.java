package io.sparsetune.data;

import io.sparsetune.error.DataException;
import io.sparsetune.hadoop.HadoopSettings;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.TaskCompletionListener;

/** Reads the rows of csv and tsv files. */
final class TextRows implements Serializable {
  private static final long serialVersionUID = 1;
  private static final String REPLACEMENT = "\uFFFD";

  private final String key;
  private final TableFormat format;
  private final HadoopSettings hadoop;

  /**
   * @param key the configuration key that names the files
   */
  TextRows(String key, TableFormat format, HadoopSettings hadoop) {
    this.key = key;
    this.format = format;
    this.hadoop = hadoop;
  }

  /** The first record of a file; without names where there is none. */
  Header header(String name) {
    FilePart part = FilePart.whole(name);
    return reading(
        part,
        () -> {
          try (Records records = open(part)) {
            List<String> names = records.next() ? fields(records) : List.of();
            if (records.isTooLong() || names.size() > Records.MOST_COLUMNS) {
              throw new DataException(
                  "Cannot read %s: the header of %s has more than %,d columns."
                      .formatted(key, part.shown(), Records.MOST_COLUMNS));
            }
            return new Header(names.stream().map(cell -> cell == null ? "" : cell).toList());
          }
        });
  }

  /**
   * The rows of a task's parts, without the files' headers.
   *
   * @param header which every file has to have, as far as the wanted columns go
   * @param first the file that it is of
   * @param wanted columns of the header
   */
  Iterator<TableRow> rows(List<FilePart> parts, Header header, String first, List<String> wanted) {
    return new Rows(parts, header, first, wanted);
  }

  private Records open(FilePart part) throws IOException {
    var in = TextInput.open(key, part, hadoop.configuration());
    return format == TableFormat.CSV ? new CsvRecords(in) : new TsvRecords(new Lines(in, part));
  }

  private static List<String> fields(Records records) {
    return new ArrayList<>(records.fields());
  }

  private interface Reading<T> {
    T run() throws IOException;
  }

  /** Runs what reads a file; says in words what keeps it from being read. */
  private <T> T reading(FilePart part, Reading<T> work) {
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

  private final class Rows implements Iterator<TableRow> {
    private final Iterator<FilePart> parts;
    private final Header header;
    private final String first;
    private final List<String> wanted;
    private final int[] indices;
    private final StructType schema;
    private Optional<Records> records = Optional.empty();
    private FilePart part;
    private long index;
    private TableRow next;

    Rows(List<FilePart> parts, Header header, String first, List<String> wanted) {
      this.parts = parts.iterator();
      this.header = header;
      this.first = first;
      this.wanted = wanted;
      List<String> columns = header.columns();
      this.indices = wanted.stream().mapToInt(columns::indexOf).toArray();
      StructType texts = new StructType();
      for (String column : wanted) {
        texts = texts.add(column, DataTypes.StringType);
      }
      this.schema = texts;
      TaskCompletionListener atEnd = context -> close();
      TaskContext.get().addTaskCompletionListener(atEnd);
    }

    @Override
    public boolean hasNext() {
      while (next == null && (records.isPresent() || parts.hasNext())) {
        if (records.isEmpty()) {
          part = parts.next();
          index = 0;
        }
        next = reading(part, this::read);
      }
      return next != null;
    }

    @Override
    public TableRow next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      TableRow row = next;
      next = null;
      return row;
    }

    /** The part's next row; null where there is none. */
    private TableRow read() throws IOException {
      if (records.isEmpty()) {
        records = Optional.of(open(part));
        if (part.start() == 0 && records.get().next()) {
          requireSame(records.get());
        }
      }
      if (!records.get().next()) {
        close();
        return null;
      }
      return row(records.get());
    }

    private TableRow row(Records from) {
      Object[] cells = new Object[indices.length];
      String undecoded = "";
      String malformed = malformed(from);
      for (int i = 0; i < cells.length && malformed.isEmpty(); i++) {
        String cell = from.fields().get(indices[i]);
        cells[i] = cell;
        undecoded =
            undecoded.isEmpty() && cell != null && cell.contains(REPLACEMENT) ? cell : undecoded;
      }
      Row row = new GenericRowWithSchema(cells, schema);
      return new TableRow(part.file(), part.start(), index++, row, malformed, undecoded);
    }

    private String malformed(Records from) {
      if (from.isTooLong()) {
        return "it is longer than %,d bytes".formatted(Records.LONGEST);
      }
      int names = header.names().size();
      return from.fields().size() == names
          ? ""
          : "it breaks the format: %s".formatted(BadRow.cut(from.beginning()));
    }

    private void requireSame(Records found) {
      List<String> names = header.names();
      boolean same = !found.isTooLong() && found.fields().size() == names.size();
      for (int i = 0; i < indices.length && same; i++) {
        String name = found.fields().get(indices[i]);
        same = names.get(indices[i]).equals(name == null ? "" : name);
      }
      if (!same) {
        throw new DataException(
            "Cannot read %s: unlike %s, %s has the header %s instead of %s."
                .formatted(
                    key,
                    first,
                    part.shown(),
                    BadRow.cut(found.beginning()),
                    BadRow.cut(String.join(", ", wanted))));
      }
    }

    private void close() {
      try {
        if (records.isPresent()) {
          records.get().close();
        }
      } catch (IOException e) {
        // All that was wanted has been read.
      } finally {
        records = Optional.empty();
      }
    }
  }
}
