package io.sparsetune.table;

import io.sparsetune.cluster.SparkFailures;
import io.sparsetune.error.DataException;
import io.sparsetune.hadoop.HadoopSettings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The jsonl files of a table. Each line is looked at by {@link JsonLine} before Spark sees it,
 * which does not survive some that are JSON all the same; where only some keys are wanted, it sees
 * none.
 */
final class JsonTable {
  private static final String MALFORMED = "__malformed_row";

  /** No limits of Spark's own. */
  private static final Map<String, String> OPTIONS =
      Map.of(
          "columnNameOfCorruptRecord",
          MALFORMED,
          "maxStringLen",
          Integer.toString(Integer.MAX_VALUE));

  /** A row that has been checked and not been parsed. */
  private static final StructType LINE = new StructType().add("line", DataTypes.BinaryType);

  private final SparkSession session;
  private final InputFiles files;

  JsonTable(SparkSession session, InputFiles files) {
    this.session = session;
    this.files = files;
  }

  /**
   * All keys as columns, of text where any row has a single value.
   *
   * @throws DataException where there are none, or too many
   */
  StructType columns() {
    JsonShape shape = shape();
    if (shape.isMap()) {
      throw tooMany("");
    }
    return shape.columns();
  }

  /**
   * All keys as columns, of the types that Spark finds for their values.
   *
   * @throws DataException where there are none, or too many
   */
  StructType typedColumns() {
    if (shape().keys() > Records.MOST_COLUMNS) {
      throw tooMany(", those of objects in objects among them");
    }
    StructType found =
        SparkFailures.whileOpening(
            files.key(),
            files.shown(),
            () ->
                session
                    .read()
                    .options(OPTIONS)
                    .json(session.createDataset(goodLines().rdd(), Encoders.STRING()))
                    .schema());
    StructType columns = new StructType();
    for (StructField field : found.fields()) {
      columns = field.name().equals(MALFORMED) ? columns : columns.add(field);
    }
    return columns;
  }

  private DataException tooMany(String which) {
    return new DataException(
        "Cannot read %s: the objects of %s have more than %,d different keys%s. Write what differs from row to row as a list."
            .formatted(files.key(), files.shown(), Records.MOST_COLUMNS, which));
  }

  private JsonShape shape() {
    List<JsonShape> shapes =
        SparkFailures.whileReading(
            files.key(), files.shown(), () -> checked().mapPartitions(JsonTable::shape).collect());
    JsonShape all = new JsonShape();
    shapes.forEach(all::add);
    return all;
  }

  private static Iterator<JsonShape> shape(Iterator<TableRow> rows) {
    JsonShape shape = new JsonShape();
    while (rows.hasNext()) {
      TableRow row = rows.next();
      if (row.malformed().isEmpty()) {
        JsonLine.problem(line(row.cells()), shape::add);
      }
    }
    return List.of(shape).iterator();
  }

  /** Why the first line that is no row is none, to go on after a sentence; empty where all are. */
  String problem() {
    List<String> first =
        SparkFailures.whileReading(
            files.key(),
            files.shown(),
            () -> checked().map(TableRow::malformed).filter(why -> !why.isEmpty()).take(1));
    return first.isEmpty() ? "" : " (of the first one, %s)".formatted(first.get(0));
  }

  private JavaRDD<String> goodLines() {
    return checked()
        .filter(row -> row.malformed().isEmpty())
        .map(row -> new String(line(row.cells()), StandardCharsets.UTF_8));
  }

  private static byte[] line(Row row) {
    return (byte[]) row.get(0);
  }

  private JavaRDD<TableRow> checked() {
    return rows(
        LINE,
        (line, cells) -> {
          cells[0] = line;
          return JsonLine.problem(line, parser -> parser.skipChildren());
        });
  }

  /**
   * Rows in order, with text in columns of those names.
   *
   * @param paths for each column the keys that lead to it
   */
  JavaRDD<TableRow> rows(List<String> names, List<List<String>> paths) {
    JsonCells wanted = new JsonCells(paths);
    return rows(
        TextRows.texts(names),
        (line, cells) ->
            JsonLine.problem(
                line, parser -> System.arraycopy(wanted.read(parser), 0, cells, 0, cells.length)));
  }

  private JavaRDD<TableRow> rows(StructType schema, JsonRows.LineCells cells) {
    String key = files.key();
    HadoopSettings hadoop = new HadoopSettings(session.sparkContext().hadoopConfiguration());
    List<List<FilePart>> tasks = FilePart.tasks(session, files);
    return JavaSparkContext.fromSparkContext(session.sparkContext())
        .parallelize(tasks, tasks.size())
        .mapPartitions(parts -> new JsonRows(key, hadoop, parts.next(), schema, cells));
  }

  /**
   * Rows in order, with values as Spark reads them.
   *
   * @param columns by their types
   * @param texts the columns that are read as text
   */
  JavaRDD<TableRow> typedRows(StructType columns, List<String> texts) {
    List<String> names = List.of(columns.fieldNames());
    List<String> own = texts.stream().filter(names::contains).toList();
    int[] places = own.stream().mapToInt(names::indexOf).toArray();
    JsonCells cells = new JsonCells(own.stream().map(List::of).toList());
    StructType lines =
        new StructType()
            .add("file", DataTypes.StringType)
            .add("block", DataTypes.LongType)
            .add("index", DataTypes.LongType)
            .add("malformed", DataTypes.StringType)
            .add("line", DataTypes.BinaryType);
    JavaRDD<Row> checked =
        checked()
            .map(
                row -> {
                  Object line = row.malformed().isEmpty() ? line(row.cells()) : null;
                  return RowFactory.create(
                      row.file(), row.block(), row.index(), row.malformed(), line);
                });
    Dataset<Row> parsed =
        session
            .createDataFrame(checked, lines)
            .withColumn(
                "parsed",
                functions.from_json(
                    functions.col("line").cast("string"),
                    columns.add(MALFORMED, DataTypes.StringType),
                    OPTIONS));
    return parsed.javaRDD().map(row -> typed(row, columns, places, cells));
  }

  private static TableRow typed(Row row, StructType columns, int[] places, JsonCells texts) {
    Object[] values = new Object[columns.length()];
    String malformed = row.getString(3);
    if (malformed.isEmpty()) {
      byte[] line = row.getAs(4);
      Row parsed = row.getStruct(5);
      for (int i = 0; i < values.length; i++) {
        values[i] = parsed.get(i);
      }
      List<Object> own = new ArrayList<>();
      malformed =
          JsonLine.problem(
              line,
              parser -> {
                for (Object text : texts.read(parser)) {
                  own.add(text);
                }
              });
      for (int i = 0; i < places.length; i++) {
        values[places[i]] = own.get(i);
      }
    }
    Row cells = new GenericRowWithSchema(values, columns);
    return new TableRow(row.getString(0), row.getLong(1), row.getLong(2), cells, malformed, "");
  }
}
