package io.sparsetune.data;

import io.sparsetune.config.DataConfig;
import io.sparsetune.config.TaskConfig;
import io.sparsetune.table.Columns;
import io.sparsetune.table.Table;
import io.sparsetune.table.Unusable;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;

/** The first rows of the training data as a task reads them. */
public final class RowSample {
  private RowSample() {}

  /** Each row in a line, as JSON. */
  public static List<String> of(SparkSession session, TaskConfig task, DataConfig data, int rows) {
    Table table = Table.open(session, "data.train", data.train(), data.format());
    RowReader reader = RowReader.ofAnyLabel(Columns.of(task));
    return table.rowsInOrder(reader.names()).take(rows).stream()
        .map(row -> shown(row.cells()))
        .toList();
  }

  /** A row as JSON, its cells as text. */
  private static String shown(Row cells) {
    Object[] texts = new Object[cells.size()];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = cells.get(i) instanceof Unusable unusable ? unusable.what() : cells.get(i);
    }
    return new GenericRowWithSchema(texts, cells.schema()).json();
  }
}
