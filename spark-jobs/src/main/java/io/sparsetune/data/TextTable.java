package io.sparsetune.data;

import io.sparsetune.cluster.Slots;
import io.sparsetune.config.DataConfig;
import io.sparsetune.config.TaskConfig;
import io.sparsetune.data.Survey.BadRows;
import io.sparsetune.error.DataException;
import io.sparsetune.table.Columns;
import io.sparsetune.table.Table;
import io.sparsetune.text.CheckedTokenizer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** A table whose rows are to be predicted: texts, any other columns, and no label. */
public final class TextTable {
  private final SparkSession session;
  private final DataConfig data;
  private final Table table;
  private final RowReader reader;
  private final long size;

  private TextTable(
      SparkSession session, DataConfig data, Table table, RowReader reader, long size) {
    this.session = session;
    this.data = data;
    this.table = table;
    this.reader = reader;
    this.size = size;
  }

  /**
   * Opens the table and checks that every row has its texts.
   *
   * @param key what messages call the paths
   * @throws DataException for data that cannot be used, a row without text among them
   */
  public static TextTable open(
      SparkSession session, TaskConfig task, DataConfig data, String key, List<String> paths) {
    RowReader reader = RowReader.ofTexts(Columns.withoutLabel(task));
    Table table = Table.openTyped(session, key, paths, data.format(), reader.names());
    table.require(Columns.withoutLabel(task));
    table.requireAll();
    Survey survey = Survey.of(table, reader, false, BadRows.MUST_BE_MENDED, "");
    return new TextTable(session, data, table, reader, survey.usable());
  }

  private String shown() {
    return table.shown();
  }

  /** The files and folders that the paths stand for. */
  public List<String> sources() {
    return table.sources();
  }

  /** All columns of the input. */
  public StructType schema() {
    return table.schema();
  }

  /** Number of rows. */
  public long size() {
    return size;
  }

  /**
   * Makes sure that columns of those names can be added: what Spark writes must differ in more than
   * upper and lower case.
   *
   * @throws DataException where they cannot
   */
  public void requireFree(List<String> names) {
    Map<String, String> taken = new HashMap<>();
    for (String column : table.schema().fieldNames()) {
      String other = taken.put(column.toLowerCase(Locale.ROOT), column);
      if (other != null) {
        throw new DataException(
            "Cannot add predictions to %s: its columns '%s' and '%s' differ only in upper and lower case; rename one"
                .formatted(shown(), other, column));
      }
    }
    List<String> clashes =
        names.stream().filter(taken::containsKey).map(name -> taken.get(name)).toList();
    if (!clashes.isEmpty()) {
      throw new DataException(
          "Cannot add predictions to %s: it has a column '%s' already; rename it"
              .formatted(shown(), String.join("', '", clashes)));
    }
  }

  /**
   * All rows with all columns, tokenised, in the order of the files' names and of their rows;
   * spread over the cluster.
   *
   * @param tokenizer the model's
   */
  public JavaRDD<TokenizedRow> rows(Tokenizer tokenizer) {
    Broadcast<CheckedTokenizer> json =
        JavaSparkContext.fromSparkContext(session.sparkContext()).broadcast(tokenizer.checked());
    RowEncoder encoder = new RowEncoder(reader, json, tokenizer, data.maxSeqLength());
    int partitions = Slots.of(session).forRows(size);
    return table
        .rowsInOrder(Arrays.asList(table.schema().fieldNames()))
        .zipWithIndex()
        .mapToPair(numbered -> numbered.swap())
        .repartitionAndSortWithinPartitions(new InOrder(size, partitions))
        .values()
        .mapPartitions(encoder::tokenize);
  }
}
