package io.sparsetune.table;

import java.util.Iterator;
import org.apache.spark.sql.Row;

/**
 * Counts the rows of each part of a file. Spark gives a task whole parts, one after the other; the
 * incoming rows are (file, block, cells).
 */
final class NumberedRows implements Iterator<TableRow> {
  private final Iterator<Row> rows;
  private String file = "";
  private long block = -1;
  private long index;

  NumberedRows(Iterator<Row> rows) {
    this.rows = rows;
  }

  @Override
  public boolean hasNext() {
    return rows.hasNext();
  }

  @Override
  public TableRow next() {
    Row row = rows.next();
    if (row.getLong(1) != block || !row.getString(0).equals(file)) {
      file = row.getString(0);
      block = row.getLong(1);
      index = 0;
    }
    return new TableRow(file, block, index++, row.getStruct(2), "", "");
  }
}
