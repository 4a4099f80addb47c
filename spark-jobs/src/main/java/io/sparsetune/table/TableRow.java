package io.sparsetune.table;

import java.io.Serializable;
import org.apache.spark.sql.Row;

/**
 * A row and where it stands.
 *
 * @param file as Spark names it
 * @param block where the row's part of the file begins, in bytes
 * @param index number of the row in that part, from 0
 * @param cells the columns asked for, in that order
 * @param malformed why the row could not be parsed, else empty
 * @param undecoded the first of the cells whose bytes are not UTF-8, else empty
 */
public record TableRow(
    String file, long block, long index, Row cells, String malformed, String undecoded)
    implements Serializable {
  /** The same row with other cells. */
  TableRow with(Row others) {
    return new TableRow(file, block, index, others, malformed, undecoded);
  }
}
