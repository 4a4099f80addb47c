package io.sparsetune.data;

import io.sparsetune.config.DataConfig;
import io.sparsetune.config.TaskConfig;
import io.sparsetune.error.DataException;
import io.sparsetune.error.NearestName;
import io.sparsetune.hadoop.HadoopFiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * A table in files of one format. Cells of csv and tsv are text, as are the single values of jsonl;
 * parquet has types of its own. Rows that break their format are kept, with a note.
 */
public final class Table {
  private static final String MALFORMED = "__malformed_row";
  private static final Set<String> NOT_A_VALUE = Set.of("array", "map", "struct", "binary");

  private final InputFiles files;
  private final SparkSession session;
  private final StructType schema;

  private Table(InputFiles files, SparkSession session, StructType schema) {
    this.files = files;
    this.session = session;
    this.schema = schema;
  }

  /**
   * @param key the configuration key that names the paths, for messages
   * @param paths files, folders or globs on any Hadoop file system
   * @param format csv, tsv, jsonl or parquet; empty to go by suffix
   * @throws DataException where there is no such file, or nothing in it
   */
  public static Table open(
      SparkSession session, String key, List<String> paths, Optional<String> format) {
    return open(session, key, paths, format, Optional.empty());
  }

  /**
   * Like {@link #open}, but numbers and flags of jsonl keep their types, to be written again.
   *
   * @param texts columns that are text all the same
   */
  public static Table openTyped(
      SparkSession session,
      String key,
      List<String> paths,
      Optional<String> format,
      List<String> texts) {
    return open(session, key, paths, format, Optional.of(texts));
  }

  private static Table open(
      SparkSession session,
      String key,
      List<String> paths,
      Optional<String> format,
      Optional<List<String>> typedExcept) {
    InputFiles files =
        InputFiles.find(session.sparkContext().hadoopConfiguration(), key, paths, format);
    SparkSession own = session.newSession();
    own.conf().set("spark.sql.caseSensitive", "true");
    // A row with too many or too few fields is noticed only where all fields are parsed.
    own.conf().set("spark.sql.csv.parser.columnPruning.enabled", "false");
    StructType found =
        SparkFailures.whileReading(
            key,
            files.shown(),
            () ->
                reader(own, files.format())
                    .option("primitivesAsString", Boolean.toString(typedExcept.isEmpty()))
                    .load(files.names())
                    .schema());
    StructType schema = new StructType();
    for (StructField field : found.fields()) {
      if (!field.name().equals(MALFORMED)) {
        boolean text =
            files.format() == TableFormat.JSONL
                && typedExcept.filter(texts -> texts.contains(field.name())).isPresent()
                && !NOT_A_VALUE.contains(field.dataType().typeName());
        schema = text ? schema.add(field.name(), DataTypes.StringType) : schema.add(field);
      }
    }
    if (schema.length() == 0) {
      throw new DataException("Cannot read %s: %s has no columns.".formatted(key, files.shown()));
    }
    return new Table(files, own, schema);
  }

  /** The configuration key that names the files. */
  public String key() {
    return files.key();
  }

  /** The files, for messages: the first, and how many more there are. */
  public String shown() {
    return files.shown();
  }

  /** The files and folders that the paths stand for. */
  List<String> sources() {
    return files.sources();
  }

  /** All columns, without anything of this class's own. */
  public StructType schema() {
    return schema;
  }

  /**
   * @throws DataException that lists every column that is not there, or not a single value
   */
  public void require(Columns columns) {
    List<String> problems = new ArrayList<>();
    List<String> names = Arrays.asList(schema.fieldNames());
    for (Columns.Named named : columns.named()) {
      if (!names.contains(named.column())) {
        problems.add(
            "Cannot find column '%s' (%s) in %s.%s Its columns: %s."
                .formatted(
                    named.column(),
                    named.key(),
                    shown(),
                    NearestName.hint(named.column(), names),
                    String.join(", ", names)));
      } else {
        String type = schema.fields()[schema.fieldIndex(named.column())].dataType().typeName();
        if (NOT_A_VALUE.contains(type)) {
          problems.add(
              "Cannot use column '%s' (%s) of %s: its type is %s, not text or a number."
                  .formatted(named.column(), named.key(), shown(), type));
        }
      }
    }
    if (!problems.isEmpty()) {
      throw new DataException(String.join("\n", problems));
    }
  }

  /** Rows in no order to rely on, with the columns of those names. */
  public JavaRDD<TableRow> rows(List<String> columns) {
    return rows(columns, files.names());
  }

  /** The first rows of the training data as a task reads them, each in a line. */
  public static List<String> sample(
      SparkSession session, TaskConfig task, DataConfig data, int rows) {
    Table table = open(session, "data.train", data.train(), data.format());
    RowReader reader = RowReader.ofAnyLabel(Columns.of(task));
    return table.rowsInOrder(reader.names()).take(rows).stream()
        .map(row -> row.cells().json())
        .toList();
  }

  /** Rows file by file and in each file's order, with the columns of those names. */
  public JavaRDD<TableRow> rowsInOrder(List<String> columns) {
    JavaRDD<TableRow> all = null;
    for (String path : files.names()) {
      JavaRDD<TableRow> next = rows(columns, path);
      all = all == null ? next : all.union(next);
    }
    return all;
  }

  private JavaRDD<TableRow> rows(List<String> columns, String... paths) {
    boolean mayBreak = files.format() != TableFormat.PARQUET;
    StructType full = mayBreak ? schema.add(MALFORMED, DataTypes.StringType) : schema;
    Dataset<Row> rows = reader(session, files.format()).schema(full).load(paths);
    Column place = rows.metadataColumn("_metadata");
    List<Column> cells = new ArrayList<>();
    for (String name : columns) {
      cells.add(functions.col("`" + name.replace("`", "``") + "`"));
    }
    Dataset<Row> selected =
        rows.select(
            place.getField("file_path"),
            place.getField("file_block_start"),
            mayBreak ? functions.col(MALFORMED) : functions.lit(null).cast("string"),
            functions.struct(cells.toArray(Column[]::new)));
    return selected.javaRDD().mapPartitions(NumberedRows::new);
  }

  /** The path of a file in a {@link TableRow}, as people write it. */
  static String shown(String file) {
    return HadoopFiles.shown(new Path(java.net.URI.create(file)).toString());
  }

  private static DataFrameReader reader(SparkSession session, TableFormat format) {
    DataFrameReader reader = session.read().option("columnNameOfCorruptRecord", MALFORMED);
    return switch (format) {
      case CSV ->
          reader
              .format("csv")
              .option("header", "true")
              .option("enforceSchema", "false")
              .option("multiLine", "true")
              .option("escape", "\"");
      case TSV ->
          reader
              .format("csv")
              .option("header", "true")
              .option("enforceSchema", "false")
              .option("sep", "\t")
              .option("quote", "");
      case JSONL -> reader.format("json");
      case PARQUET -> reader.format("parquet");
    };
  }
}
