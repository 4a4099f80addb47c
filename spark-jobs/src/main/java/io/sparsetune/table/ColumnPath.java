package io.sparsetune.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Columns that lie in others, by their dotted names: {@code target.span1_text}. A column whose own
 * name has dots goes before.
 */
public final class ColumnPath {
  private ColumnPath() {}

  /** The type of the column of that name; empty where there is none. */
  static Optional<DataType> type(StructType schema, String name) {
    return path(schema, name).map(path -> path.get(path.size() - 1).dataType());
  }

  /** The names of the columns that the named one lies in, and its own; the table's own first. */
  static List<String> names(StructType schema, String name) {
    return path(schema, name).orElseThrow().stream().map(StructField::name).toList();
  }

  /** The column of the table itself that the named one lies in, or is. */
  static String top(StructType schema, String name) {
    return path(schema, name).map(path -> path.get(0).name()).orElse(name);
  }

  /** The row's value in the column of that name; null for none. */
  public static Object value(Row row, String name) {
    Object value = row;
    for (StructField field : path(row.schema(), name).orElseThrow()) {
      value = value == null ? null : ((Row) value).getAs(field.name());
    }
    return value;
  }

  /** Names of all columns, those that hold others by what they hold. */
  static List<String> names(StructType schema) {
    List<String> names = new ArrayList<>();
    for (StructField field : schema.fields()) {
      if (field.dataType() instanceof StructType inner) {
        names(inner).forEach(name -> names.add(field.name() + "." + name));
      } else {
        names.add(field.name());
      }
    }
    return names;
  }

  private static Optional<List<StructField>> path(StructType schema, String name) {
    for (StructField field : schema.fields()) {
      if (field.name().equals(name)) {
        return Optional.of(List.of(field));
      }
    }
    for (StructField field : schema.fields()) {
      if (name.startsWith(field.name() + ".") && field.dataType() instanceof StructType inner) {
        Optional<List<StructField>> rest = path(inner, name.substring(field.name().length() + 1));
        if (rest.isPresent()) {
          List<StructField> path = new ArrayList<>(List.of(field));
          path.addAll(rest.get());
          return Optional.of(path);
        }
      }
    }
    return Optional.empty();
  }
}
