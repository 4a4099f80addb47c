package io.sparsetune.data;

import io.sparsetune.config.DataConfig;
import io.sparsetune.config.TaskConfig;
import io.sparsetune.error.DataException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
    Survey survey = Survey.of(table, reader, false, false, "");
    return new TextTable(session, data, table, reader, survey.usable());
  }

  /** The files, for messages. */
  public String shown() {
    return table.shown();
  }

  /** All columns of the input. */
  public StructType schema() {
    return table.schema();
  }

  /** Number of rows. */
  public long size() {
    return size;
  }

  /** Those of the names that the table has already. */
  public List<String> clashes(List<String> names) {
    List<String> clashes = new ArrayList<>(names);
    clashes.retainAll(Arrays.asList(table.schema().fieldNames()));
    return clashes;
  }

  /**
   * All rows with all columns, tokenised, in the order of the files' names and of their rows;
   * spread over the cluster.
   *
   * @param tokenizerJson contents of the model's tokenizer
   * @param source what messages call it
   */
  public JavaRDD<TokenizedRow> rows(byte[] tokenizerJson, String source) {
    Broadcast<byte[]> tokenizer =
        JavaSparkContext.fromSparkContext(session.sparkContext()).broadcast(tokenizerJson);
    RowEncoder encoder = new RowEncoder(reader, tokenizer, source, data.maxSeqLength());
    int partitions = (int) Math.max(1, Math.min(size, Slots.of(session)));
    return table
        .rowsInOrder(Arrays.asList(table.schema().fieldNames()))
        .zipWithIndex()
        .mapToPair(numbered -> numbered.swap())
        .repartitionAndSortWithinPartitions(new InOrder(size, partitions))
        .values()
        .mapPartitions(encoder::tokenize);
  }
}
