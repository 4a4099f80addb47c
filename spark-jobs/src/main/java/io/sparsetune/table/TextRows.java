package io.sparsetune.table;

import io.sparsetune.error.DataException;
import io.sparsetune.hadoop.HadoopSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

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
    return FileRows.reading(
        key,
        part,
        () -> {
          InputStream in = TextInput.open(key, part, hadoop.configuration());
          try (Records records = open(part, in)) {
            List<String> names = records.next() ? new ArrayList<>(records.fields()) : List.of();
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

  private Records open(FilePart part, InputStream in) throws IOException {
    return format == TableFormat.CSV ? new CsvRecords(in) : new TsvRecords(new Lines(in, part));
  }

  private final class Rows extends FileRows<Records> {
    private final Header header;
    private final String first;
    private final List<String> wanted;
    private final int[] indices;
    private final StructType schema;

    Rows(List<FilePart> parts, Header header, String first, List<String> wanted) {
      super(key, hadoop, parts);
      this.header = header;
      this.first = first;
      this.wanted = wanted;
      List<String> columns = header.columns();
      this.indices = wanted.stream().mapToInt(columns::indexOf).toArray();
      this.schema = texts(wanted);
    }

    @Override
    Records open(FilePart part, InputStream in) throws IOException {
      Records records = TextRows.this.open(part, in);
      if (part.start() == 0 && records.next()) {
        requireSame(records, part);
      }
      return records;
    }

    @Override
    Optional<TableRow> read(Records from, FilePart part, long index) throws IOException {
      if (!from.next()) {
        return Optional.empty();
      }
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
      return Optional.of(new TableRow(part.file(), part.start(), index, row, malformed, undecoded));
    }

    private String malformed(Records from) {
      if (from.isTooLong()) {
        return Lines.TOO_LONG;
      }
      int names = header.names().size();
      return from.fields().size() == names
          ? ""
          : "it breaks the format: %s".formatted(BadRow.cut(from.beginning()));
    }

    private void requireSame(Records found, FilePart part) {
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
  }

  /** Columns of text. */
  static StructType texts(List<String> columns) {
    StructType texts = new StructType();
    for (String column : columns) {
      texts = texts.add(column, DataTypes.StringType);
    }
    return texts;
  }
}
