package io.sparsetune.table;

import io.sparsetune.cluster.Slots;
import io.sparsetune.cluster.SparkFailures;
import io.sparsetune.error.DataException;
import io.sparsetune.hadoop.HadoopFiles;
import io.sparsetune.hadoop.HadoopSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The columns of all parquet files of a table, each by its footer.
 *
 * @param schema columns of any file; where files differ, the type that holds the values of all
 * @param others what is wrong with columns that cannot be read, by their dotted names
 * @param own the files' own types of the table's columns, by path
 * @param numbers what becomes of numbers of several types
 */
record ParquetFiles(
    StructType schema,
    Map<String, String> others,
    Map<String, StructType> own,
    ParquetTypes numbers) {
  /** Of Spark's, on which the types of columns depend. */
  private static final List<String> SETTINGS =
      List.of(
          "spark.sql.parquet.binaryAsString",
          "spark.sql.parquet.int96AsTimestamp",
          "spark.sql.parquet.inferTimestampNTZ.enabled",
          "spark.sql.legacy.parquet.nanosAsLong");

  /**
   * Reads the footers, in a job of Spark's.
   *
   * @param numbers what becomes of numbers of several types
   * @throws DataException for a file that is not parquet
   */
  static ParquetFiles open(SparkSession session, InputFiles files, ParquetTypes numbers) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(session.sparkContext());
    HadoopSettings hadoop = new HadoopSettings(session.sparkContext().hadoopConfiguration());
    Map<String, String> settings = new HashMap<>();
    SETTINGS.forEach(name -> settings.put(name, session.conf().get(name)));
    String key = files.key();
    List<ParquetSchema> schemas =
        SparkFailures.whileOpening(
            key,
            files.shown(),
            () ->
                context
                    .parallelize(
                        List.of(files.names()), Slots.of(session).forRows(files.paths().size()))
                    .map(name -> schema(key, name, hadoop, settings))
                    .collect());
    return merged(files.names(), schemas, numbers);
  }

  private static ParquetSchema schema(
      String key, String name, HadoopSettings hadoop, Map<String, String> settings) {
    try {
      return ParquetSchema.read(new Path(name), hadoop.configuration(), settings);
    } catch (IOException | RuntimeException e) {
      throw new DataException(
          "Cannot read %s: %s: %s"
              .formatted(key, HadoopFiles.shown(name), SparkFailures.readReason(e)),
          e);
    }
  }

  private static ParquetFiles merged(
      String[] names, List<ParquetSchema> schemas, ParquetTypes numbers) {
    Map<String, String> others = new LinkedHashMap<>();
    StructType all = new StructType();
    Map<ParquetSchema, StructType> seen = new LinkedHashMap<>();
    for (int f = 0; f < names.length; f++) {
      ParquetSchema schema = schemas.get(f);
      if (seen.putIfAbsent(schema, schema.columns()) == null) {
        String file = HadoopFiles.shown(names[f]);
        schema.others().forEach((name, wrong) -> others.putIfAbsent(name, wrong + " in " + file));
        all = numbers.merge(all, schema.columns(), "", file, others);
      }
    }
    for (String name : others.keySet()) {
      all = without(all, name);
    }
    Map<String, StructType> own = new HashMap<>();
    Map<ParquetSchema, StructType> types = new HashMap<>();
    for (int f = 0; f < names.length; f++) {
      StructType table = all;
      own.put(
          names[f], types.computeIfAbsent(schemas.get(f), schema -> own(table, schema.columns())));
    }
    return new ParquetFiles(all, others, own, numbers);
  }

  /** The table's columns with a file's own types, where the file has them. */
  private static StructType own(StructType table, StructType file) {
    StructType types = new StructType();
    for (StructField column : table.fields()) {
      DataType type = column.dataType();
      if (List.of(file.fieldNames()).contains(column.name())) {
        DataType there = file.apply(column.name()).dataType();
        boolean structs = type instanceof StructType && there instanceof StructType;
        type = structs ? own((StructType) type, (StructType) there) : there;
      }
      types = types.add(column.name(), type);
    }
    return types;
  }

  private static StructType without(StructType schema, String name) {
    StructType left = new StructType();
    for (StructField column : schema.fields()) {
      if (column.dataType() instanceof StructType inner && name.startsWith(column.name() + ".")) {
        StructType rest = without(inner, name.substring(column.name().length() + 1));
        left = rest.length() == 0 ? left : left.add(column.name(), rest);
      } else if (!column.name().equals(name)) {
        left = left.add(column);
      }
    }
    return left;
  }

  /**
   * Makes sure that all columns can be read.
   *
   * @param key the configuration key that names the files
   * @throws DataException that lists every one that cannot
   */
  void requireAll(String key) {
    if (!others.isEmpty()) {
      throw new DataException(
          others.entrySet().stream()
              .map(
                  column ->
                      "Cannot keep column '%s' of %s: %s. Leave it out, or write it as another type, in all files the same (times in microseconds, say)."
                          .formatted(column.getKey(), key, column.getValue()))
              .collect(Collectors.joining("\n")));
    }
  }

  /** Rows with the columns of those names; files of other types are read one after the other. */
  JavaRDD<TableRow> rows(SparkSession session, List<String> columns, String... paths) {
    List<JavaRDD<TableRow>> all = new ArrayList<>();
    byTypes(columns, paths)
        .forEach(
            (types, files) -> {
              Dataset<Row> rows =
                  session.read().schema(types).parquet(files.toArray(String[]::new));
              Column place = rows.metadataColumn("_metadata");
              Column[] cells =
                  columns.stream().map(name -> cell(name, types)).toArray(Column[]::new);
              all.add(
                  rows.select(
                          place.getField("file_path"),
                          place.getField("file_block_start"),
                          functions.struct(cells))
                      .javaRDD()
                      .mapPartitions(NumberedRows::new));
            });
    return all.stream().reduce(JavaRDD::union).orElseThrow();
  }

  private Column cell(String name, StructType types) {
    Column cell = functions.col(Table.quoted(name));
    DataType type = schema.apply(name).dataType();
    boolean same = types.apply(name).dataType().equals(type);
    return same || numbers == ParquetTypes.READ ? cell : cell.cast(type).as(name);
  }

  /** The files by the types that their columns of those names have. */
  private Map<StructType, List<String>> byTypes(List<String> columns, String... paths) {
    Map<StructType, List<String>> files = new LinkedHashMap<>();
    for (String path : paths) {
      StructType types = new StructType();
      for (String column : columns) {
        types = types.add(own.get(path).apply(column));
      }
      files.computeIfAbsent(types, each -> new ArrayList<>()).add(path);
    }
    return files;
  }
}
