package io.sparsetune.table;

import io.sparsetune.hadoop.HadoopSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.StructType;

/** Reads the rows of jsonl files. */
final class JsonRows extends FileRows<Lines> {
  private final StructType schema;
  private final LineCells cells;

  /** What becomes of a line. */
  interface LineCells extends Serializable {
    /**
     * Reads the line's cells.
     *
     * @return why the line is no row, else empty
     */
    String read(byte[] line, Object[] cells);
  }

  /**
   * @param key the configuration key that names the files
   * @param schema of the cells
   */
  JsonRows(
      String key, HadoopSettings hadoop, List<FilePart> parts, StructType schema, LineCells cells) {
    super(key, hadoop, parts);
    this.schema = schema;
    this.cells = cells;
  }

  @Override
  Lines open(FilePart part, InputStream in) throws IOException {
    return new Lines(in, part);
  }

  @Override
  Optional<TableRow> read(Lines lines, FilePart part, long index) throws IOException {
    if (!lines.next()) {
      return Optional.empty();
    }
    Object[] row = new Object[schema.length()];
    String malformed = lines.isTooLong() ? Lines.TOO_LONG : cells.read(lines.bytes(), row);
    return Optional.of(
        new TableRow(
            part.file(),
            part.start(),
            index,
            new GenericRowWithSchema(row, schema),
            malformed,
            ""));
  }
}
