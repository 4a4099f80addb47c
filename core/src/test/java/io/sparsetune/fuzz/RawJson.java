package io.sparsetune.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A JSON tree whose keys and leaves are raw text, so that it can hold what JSON forbids: repeated
 * keys, numbers of any form, lone surrogates.
 */
final class RawJson {
  enum Kind {
    LEAF,
    ARRAY,
    OBJECT
  }

  Kind kind;
  String leaf;
  final List<String> keys = new ArrayList<>();
  final List<RawJson> children = new ArrayList<>();

  static RawJson leaf(String text) {
    RawJson node = new RawJson();
    node.kind = Kind.LEAF;
    node.leaf = text;
    return node;
  }

  static RawJson of(JsonNode tree) {
    RawJson node = leaf(tree.isTextual() ? quoted(tree.textValue()) : tree.toString());
    if (tree.isObject()) {
      node.kind = Kind.OBJECT;
      tree.properties()
          .forEach(
              entry -> {
                node.keys.add(quoted(entry.getKey()));
                node.children.add(of(entry.getValue()));
              });
    } else if (tree.isArray()) {
      node.kind = Kind.ARRAY;
      tree.forEach(element -> node.children.add(of(element)));
    }
    return node;
  }

  RawJson copy() {
    RawJson copy = leaf(leaf);
    copy.kind = kind;
    copy.keys.addAll(keys);
    children.forEach(child -> copy.children.add(child.copy()));
    return copy;
  }

  /** This node and all below it. */
  List<RawJson> all() {
    List<RawJson> all = new ArrayList<>();
    all.add(this);
    children.forEach(child -> all.addAll(child.all()));
    return all;
  }

  void write(StringBuilder out) {
    if (kind == Kind.LEAF) {
      out.append(leaf);
      return;
    }
    out.append(kind == Kind.OBJECT ? '{' : '[');
    for (int i = 0; i < children.size(); i++) {
      out.append(i == 0 ? "" : ",");
      if (kind == Kind.OBJECT) {
        out.append(keys.get(i)).append(':');
      }
      children.get(i).write(out);
    }
    out.append(kind == Kind.OBJECT ? '}' : ']');
  }

  static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || Character.isSurrogate(c)) {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }
}
