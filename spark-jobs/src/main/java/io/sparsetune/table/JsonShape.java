package io.sparsetune.table;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The keys that JSON objects have, and what their values are: one value, a list or an object. */
final class JsonShape implements Serializable {
  private static final long serialVersionUID = 1;

  /** An object of more keys than this is taken for a map: its keys are no columns. */
  private static final int MOST_INSIDE = 1_000;

  private final TreeMap<String, JsonShape> inside = new TreeMap<>();
  private boolean isValue;
  private boolean isList;
  private boolean isObject;
  private boolean isMap;

  /** Adds the object whose opening bracket the parser has read. */
  void add(JsonParser parser) throws IOException {
    add(parser, Records.MOST_COLUMNS);
  }

  private void add(JsonParser parser, int most) throws IOException {
    isObject = true;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      if (isMap) {
        parser.skipChildren();
        continue;
      }
      JsonShape shape = inside.computeIfAbsent(name, key -> new JsonShape());
      switch (token) {
        case START_OBJECT -> shape.add(parser, MOST_INSIDE);
        case START_ARRAY -> {
          shape.isList = true;
          parser.skipChildren();
        }
        case VALUE_NULL -> {}
        default -> shape.isValue = true;
      }
      limit(most);
    }
  }

  /** Adds what another part of the rows has. */
  void add(JsonShape other) {
    add(other, Records.MOST_COLUMNS);
  }

  private void add(JsonShape other, int most) {
    isValue |= other.isValue;
    isList |= other.isList;
    isObject |= other.isObject;
    isMap |= other.isMap;
    for (Map.Entry<String, JsonShape> entry : other.inside.entrySet()) {
      inside
          .computeIfAbsent(entry.getKey(), key -> new JsonShape())
          .add(entry.getValue(), MOST_INSIDE);
    }
    limit(most);
  }

  private void limit(int most) {
    isMap |= inside.size() > most;
    if (isMap) {
      inside.clear();
    }
  }

  /** Whether there are more keys than columns may be. */
  boolean isMap() {
    return isMap;
  }

  /** How many keys there are, those of objects in objects too; more than can be for a map. */
  int keys() {
    int keys = isMap ? Records.MOST_COLUMNS : 0;
    for (JsonShape shape : inside.values()) {
      keys = Math.min(Records.MOST_COLUMNS + 1, keys + 1 + shape.keys());
    }
    return keys;
  }

  /** The keys as columns; what is one value in any row is text. */
  StructType columns() {
    StructType columns = new StructType();
    for (Map.Entry<String, JsonShape> entry : inside.entrySet()) {
      columns = columns.add(entry.getKey(), entry.getValue().type());
    }
    return columns;
  }

  private DataType type() {
    if (isValue || (!isList && !isObject)) {
      return DataTypes.StringType;
    }
    if (isList) {
      return DataTypes.createArrayType(DataTypes.StringType);
    }
    return isMap ? DataTypes.createMapType(DataTypes.StringType, DataTypes.StringType) : columns();
  }
}
