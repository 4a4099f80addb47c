package io.sparsetune.table;

import io.sparsetune.error.DataException;
import io.sparsetune.error.NearestName;
import io.sparsetune.hadoop.HadoopFiles;
import io.sparsetune.hadoop.HadoopSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * A table in files of one format. Cells of csv and tsv are text, as are the single values of jsonl;
 * parquet has types of its own. Rows that break their format are kept, with a note.
 */
public final class Table {
  private static final Set<String> NOT_A_VALUE = Set.of("array", "map", "struct", "binary");

  private final InputFiles files;
  private final SparkSession session;
  private final StructType schema;
  private final PartitionColumns partitions;

  /** Of csv and tsv. */
  private final Optional<Header> header;

  private final Optional<ParquetFiles> parquet;

  /** Where values keep their types: the columns that are text all the same. */
  private final Optional<List<String>> typedExcept;

  private Table(
      InputFiles files,
      SparkSession session,
      StructType inFiles,
      Optional<Header> header,
      Optional<ParquetFiles> parquet,
      Optional<List<String>> typedExcept) {
    this.files = files;
    this.session = session;
    this.partitions = PartitionColumns.of(files, inFiles.fieldNames());
    StructType all = inFiles;
    for (String column : partitions.names()) {
      all = all.add(column, DataTypes.StringType);
    }
    this.schema = all;
    this.header = header;
    this.parquet = parquet;
    this.typedExcept = typedExcept;
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
    Optional<Header> header = header(own, files);
    Optional<ParquetFiles> parquet =
        files.format() == TableFormat.PARQUET
            ? Optional.of(
                ParquetFiles.open(
                    own, files, typedExcept.isPresent() ? ParquetTypes.KEPT : ParquetTypes.READ))
            : Optional.empty();
    StructType schema =
        switch (files.format()) {
          case CSV, TSV -> TextRows.texts(header.orElseThrow().columns());
          case JSONL ->
              typedExcept.isEmpty()
                  ? new JsonTable(own, files).columns()
                  : withTexts(new JsonTable(own, files).typedColumns(), typedExcept.get());
          case PARQUET -> parquet.orElseThrow().schema();
        };
    if (schema.length() == 0) {
      throw new DataException(
          files.format() == TableFormat.JSONL
              ? "Cannot read %s: no line of %s is a JSON object of one column or more%s. Write one object of \"key\": value in each line."
                  .formatted(key, files.shown(), new JsonTable(own, files).problem())
              : "Cannot read %s: %s has no columns.".formatted(key, files.shown()));
    }
    return new Table(files, own, schema, header, parquet, typedExcept);
  }

  private static Optional<Header> header(SparkSession session, InputFiles files) {
    boolean text = files.format() == TableFormat.CSV || files.format() == TableFormat.TSV;
    return text ? Optional.of(textRows(session, files).header(files.names()[0])) : Optional.empty();
  }

  private static TextRows textRows(SparkSession session, InputFiles files) {
    return new TextRows(
        files.key(),
        files.format(),
        new HadoopSettings(session.sparkContext().hadoopConfiguration()));
  }

  private static StructType withTexts(StructType columns, List<String> texts) {
    StructType all = new StructType();
    for (StructField field : columns.fields()) {
      boolean text =
          texts.contains(field.name()) && !NOT_A_VALUE.contains(field.dataType().typeName());
      all = text ? all.add(field.name(), DataTypes.StringType) : all.add(field);
    }
    return all;
  }

  /** The configuration key that names the files. */
  public String key() {
    return files.key();
  }

  /** The files, for messages: the first, and how many more there are. */
  public String shown() {
    return files.shown();
  }

  /** How an empty text is told from none, for messages; empty where nothing has to be said. */
  public String emptyText() {
    return files.format() == TableFormat.CSV ? " An empty text is written \"\", in quotes." : "";
  }

  /** The files and folders that the paths stand for. */
  public List<String> sources() {
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
    List<String> names = ColumnPath.names(schema);
    for (Columns.Named named : columns.named()) {
      long same = header.map(row -> row.count(named.column())).orElse(0L);
      if (same > 1) {
        problems.add(
            "Cannot use column '%s' (%s) of %s: its header has that name %d times."
                .formatted(named.column(), named.key(), shown(), same));
      } else if (problem(named.column()).isPresent()) {
        problems.add(
            "Cannot use column '%s' (%s): %s. Write it as text or a number, in all files the same."
                .formatted(named.column(), named.key(), problem(named.column()).get()));
      } else if (ColumnPath.type(schema, named.column()).isEmpty()) {
        problems.add(
            "Cannot find column '%s' (%s) in %s.%s Its columns: %s."
                .formatted(
                    named.column(),
                    named.key(),
                    shown(),
                    NearestName.hint(named.column(), names),
                    String.join(", ", names)));
      } else {
        String type = ColumnPath.type(schema, named.column()).orElseThrow().typeName();
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

  /**
   * Makes sure that all columns of the files can be read, to be written again.
   *
   * @throws DataException that lists every one that cannot
   */
  public void requireAll() {
    parquet.ifPresent(found -> found.requireAll(key()));
  }

  /** What is wrong with a column of parquet that cannot be read. */
  private Optional<String> problem(String column) {
    return parquet.map(found -> found.others().get(column));
  }

  /** Rows in no order to rely on, with the columns of those names, or those that they lie in. */
  public JavaRDD<TableRow> rows(List<String> columns) {
    return rows(top(columns), files.names());
  }

  private List<String> top(List<String> columns) {
    if (isJson() && typedExcept.isEmpty()) {
      return columns;
    }
    return columns.stream().map(name -> ColumnPath.top(schema, name)).distinct().toList();
  }

  /** The same, file by file and in each file's order. */
  public JavaRDD<TableRow> rowsInOrder(List<String> columns) {
    if (header.isPresent() || isJson()) {
      return rows(columns);
    }
    JavaRDD<TableRow> all = null;
    for (String path : files.names()) {
      JavaRDD<TableRow> next = rows(top(columns), path);
      all = all == null ? next : all.union(next);
    }
    return all;
  }

  private JavaRDD<TableRow> rows(List<String> columns, String... paths) {
    List<String> inFiles = new ArrayList<>(columns);
    if (!inFiles.removeAll(partitions.names())) {
      return rowsOfFiles(columns, paths);
    }
    StructType wanted = new StructType();
    for (String column : columns) {
      boolean own = List.of(schema.fieldNames()).contains(column);
      wanted = own ? wanted.add(schema.apply(column)) : wanted.add(column, DataTypes.StringType);
    }
    StructType filled = wanted;
    PartitionColumns folders = partitions;
    return rowsOfFiles(inFiles, paths).mapPartitions(part -> folders.fill(part, filled));
  }

  private JavaRDD<TableRow> rowsOfFiles(List<String> columns, String... paths) {
    if (header.isPresent()) {
      return textRows(header.get(), columns);
    }
    if (parquet.isPresent()) {
      return parquet.get().rows(session, columns, paths);
    }
    return jsonRows(columns);
  }

  private boolean isJson() {
    return files.format() == TableFormat.JSONL;
  }

  private JavaRDD<TableRow> jsonRows(List<String> columns) {
    JsonTable table = new JsonTable(session, files);
    if (typedExcept.isEmpty()) {
      return table.rows(
          columns, columns.stream().map(name -> ColumnPath.names(schema, name)).toList());
    }
    StructType wanted = new StructType();
    for (String column : columns) {
      wanted = wanted.add(schema.apply(column));
    }
    return table.typedRows(wanted, typedExcept.get());
  }

  /** Of csv and tsv, in order. */
  private JavaRDD<TableRow> textRows(Header names, List<String> columns) {
    TextRows reader = textRows(session, files);
    List<List<FilePart>> tasks = FilePart.tasks(session, files);
    String first = HadoopFiles.shown(files.names()[0]);
    List<String> wanted = List.copyOf(columns);
    return JavaSparkContext.fromSparkContext(session.sparkContext())
        .parallelize(tasks, tasks.size())
        .mapPartitions(parts -> reader.rows(parts.next(), names, first, wanted));
  }

  static String quoted(String column) {
    return "`" + column.replace("`", "``") + "`";
  }

  /** The path of a file in a {@link TableRow}, as people write it. */
  static String shown(String file) {
    return HadoopFiles.shown(new Path(java.net.URI.create(file)).toString());
  }
}
