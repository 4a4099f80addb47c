package io.sparsetune.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * Looks at each line of a jsonl file itself: Spark reads the first value of a line and drops what
 * follows it. Gives (file, block, malformed text, cells), without blank lines.
 */
final class JsonLines implements Iterator<Row> {
  /** What Spark reads although it is no JSON is read here too. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  private final Iterator<Row> rows;
  private Row next;

  /**
   * @param rows (file, block, malformed text, cells, the line's bytes)
   */
  JsonLines(Iterator<Row> rows) {
    this.rows = rows;
  }

  @Override
  public boolean hasNext() {
    while (next == null && rows.hasNext()) {
      Row row = rows.next();
      byte[] line = row.getAs(4);
      if (!isBlank(line)) {
        boolean fits = row.isNullAt(2) && isOneObject(line);
        String malformed = fits ? null : new String(line, StandardCharsets.UTF_8);
        next = RowFactory.create(row.getString(0), row.getLong(1), malformed, row.getStruct(3));
      }
    }
    return next != null;
  }

  @Override
  public Row next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Row row = next;
    next = null;
    return row;
  }

  private static boolean isBlank(byte[] line) {
    for (byte character : line) {
      if (character != ' ' && character != '\t' && character != '\r') {
        return false;
      }
    }
    return true;
  }

  /** Whether it is a JSON object in UTF-8 and nothing else. */
  private static boolean isOneObject(byte[] line) {
    try (JsonParser parser = JSON.createParser(line)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (IOException e) {
      return false;
    }
  }
}
