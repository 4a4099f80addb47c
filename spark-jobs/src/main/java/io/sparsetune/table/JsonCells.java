package io.sparsetune.table;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.Serializable;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The values of some keys in a JSON object, as text: null for null, NaN and no such key, and an
 * {@link Unusable} for what is no single finite value. A number is the same text however it is
 * written. The last of several values of one key counts.
 */
final class JsonCells implements Serializable {
  private static final long serialVersionUID = 1;

  private final Node root = new Node();
  private final int size;

  /** A key of the object or of one in it, which is a wanted value, or holds some. */
  private static final class Node implements Serializable {
    private static final long serialVersionUID = 1;
    private final Map<String, Node> inside = new HashMap<>();
    private final ArrayList<Integer> cells = new ArrayList<>();
  }

  /**
   * @param paths of each value, the keys that lead to it
   */
  JsonCells(List<List<String>> paths) {
    this.size = paths.size();
    for (int i = 0; i < size; i++) {
      Node node = root;
      for (String name : paths.get(i)) {
        node = node.inside.computeIfAbsent(name, key -> new Node());
      }
      node.cells.add(i);
    }
  }

  /** Of the object whose opening bracket the parser has read. */
  Object[] read(JsonParser parser) throws IOException {
    Object[] cells = new Object[size];
    readObject(parser, root, cells);
    return cells;
  }

  private static void readObject(JsonParser parser, Node node, Object[] cells) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      Node inside = node.inside.get(parser.currentName());
      JsonToken token = parser.nextToken();
      if (inside == null) {
        parser.skipChildren();
        continue;
      }
      clear(inside, cells);
      if (!inside.cells.isEmpty()) {
        Object value = value(parser, token);
        inside.cells.forEach(cell -> cells[cell] = value);
      }
      if (token == JsonToken.START_OBJECT) {
        readObject(parser, inside, cells);
      } else {
        parser.skipChildren();
      }
    }
  }

  private static void clear(Node node, Object[] cells) {
    node.cells.forEach(cell -> cells[cell] = null);
    node.inside.values().forEach(inside -> clear(inside, cells));
  }

  private static Object value(JsonParser parser, JsonToken token) throws IOException {
    return switch (token) {
      case VALUE_NULL -> null;
      case START_ARRAY -> new Unusable("a list");
      case START_OBJECT -> new Unusable("an object");
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser.getText());
      default -> text(parser.getText());
    };
  }

  /** Half of a character has no UTF-8: Spark makes a question mark of it. */
  private static Object text(String text) {
    for (int i = 0; i < text.length(); i++) {
      int character = text.codePointAt(i);
      if (Character.isSupplementaryCodePoint(character)) {
        i++;
      } else if (Character.isSurrogate((char) character)) {
        return new Unusable("half of a character, \\u%04x".formatted(character));
      }
    }
    return text;
  }

  /** A number's text; null for NaN. */
  static Object number(String written) {
    if (written.equals("NaN")) {
      return null;
    }
    if (written.contains("I") || Double.isInfinite(Double.parseDouble(written))) {
      return new Unusable("the number %s, which is not finite".formatted(BadRow.cut(written)));
    }
    return NumberText.of(new BigDecimal(Double.parseDouble(written) == 0 ? "0" : written));
  }
}
