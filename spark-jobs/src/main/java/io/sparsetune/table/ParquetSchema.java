package io.sparsetune.table;

import java.io.IOException;
import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.FileMetaData;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.apache.spark.sql.execution.datasources.parquet.ParquetToSparkSchemaConverter;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;

/**
 * The columns of a parquet file as its footer has them.
 *
 * @param columns those that Spark can read, all of which may be null
 * @param others what is wrong with the others, by their dotted names
 */
record ParquetSchema(StructType columns, Map<String, String> others) implements Serializable {
  private static final long serialVersionUID = 1;

  /** Where Spark leaves the schema of what it has written, with types that parquet lacks. */
  private static final String OF_SPARK = "org.apache.spark.sql.parquet.row.metadata";

  ParquetSchema {
    others = Collections.unmodifiableMap(new LinkedHashMap<>(others));
  }

  /**
   * Reads a file's footer.
   *
   * @param settings of Spark's for parquet
   */
  static ParquetSchema read(Path file, Configuration hadoop, Map<String, String> settings)
      throws IOException {
    SQLConf conf = new SQLConf();
    settings.forEach(conf::setConfString);
    conf.setConfString("spark.sql.caseSensitive", "true");
    try (ParquetFileReader reader =
        ParquetFileReader.open(HadoopInputFile.fromPath(file, hadoop))) {
      FileMetaData footer = reader.getFooter().getFileMetaData();
      Optional<StructType> written =
          Optional.ofNullable(footer.getKeyValueMetaData().get(OF_SPARK))
              .flatMap(ParquetSchema::ofSpark);
      Map<String, String> others = new LinkedHashMap<>();
      StructType columns =
          written.isPresent()
              ? written.get()
              : readable(footer.getSchema(), "", new ParquetToSparkSchemaConverter(conf), others);
      return new ParquetSchema((StructType) columns.asNullable(), others);
    }
  }

  /** None where it is of a newer Spark, with types that this one does not know. */
  private static Optional<StructType> ofSpark(String json) {
    try {
      return Optional.of((StructType) DataType.fromJson(json));
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }

  private static StructType readable(
      GroupType group,
      String prefix,
      ParquetToSparkSchemaConverter converter,
      Map<String, String> others) {
    StructType columns = new StructType();
    for (Type column : group.getFields()) {
      String name = column.getName();
      long same = group.getFields().stream().filter(f -> f.getName().equals(name)).count();
      if (same > 1) {
        others.put(prefix + name, "there are %d columns of that name".formatted(same));
      } else if (isStruct(column)) {
        StructType inner = readable(column.asGroupType(), prefix + name + ".", converter, others);
        columns = inner.length() == 0 ? columns : columns.add(name, inner);
      } else {
        Optional<DataType> type = converted(column, converter);
        columns = type.isPresent() ? columns.add(name, type.get()) : columns;
        if (type.isEmpty()) {
          others.put(prefix + name, "Spark cannot read its type, %s".formatted(inWords(column)));
        }
      }
    }
    return columns;
  }

  private static boolean isStruct(Type column) {
    return !column.isPrimitive()
        && column.getLogicalTypeAnnotation() == null
        && !column.isRepetition(Repetition.REPEATED);
  }

  /** Spark 4 knows times of day, and can do nothing with them. */
  private static Optional<DataType> converted(
      Type column, ParquetToSparkSchemaConverter converter) {
    try {
      DataType type = converter.convert(new MessageType("file", column)).fields()[0].dataType();
      return type.json().contains("\"time(") ? Optional.empty() : Optional.of(type);
    } catch (Exception e) {
      // Spark's checked exceptions are not declared.
      return Optional.empty();
    }
  }

  private static String inWords(Type column) {
    Object annotation = column.getLogicalTypeAnnotation();
    if (!column.isPrimitive()) {
      return annotation == null ? "a repeated group" : annotation.toString();
    }
    String type = column.asPrimitiveType().getPrimitiveTypeName().toString();
    return annotation == null ? type : type + " (" + annotation + ")";
  }
}
