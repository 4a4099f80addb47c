package io.sparsetune.keys;

import io.sparsetune.error.Shown;
import java.util.List;
import java.util.Map;

/** A piece of a configuration as it was written, with where that was. */
public sealed interface Node {
  int SHOWN = 200;

  /** {@code "run.yaml, line 12"}, or the override that said it. */
  String where();

  /** A single value in its own characters; {@code null} is written as nothing, ~ or null. */
  record Scalar(String text, boolean isNull, String where) implements Node {}

  record Sequence(List<Node> items, String where) implements Node {}

  /** Keys in the order of the file. */
  record Mapping(Map<String, Node> entries, String where) implements Node {}

  /** As much of a text as a message can show. */
  static String cut(String text) {
    return Shown.cut(text, SHOWN);
  }

  /** As a message shows it. */
  default String shown() {
    if (this instanceof Scalar scalar) {
      return scalar.isNull() ? "nothing" : "'" + cut(scalar.text()) + "'";
    }
    return this instanceof Sequence ? "a list" : "a section of keys";
  }
}
