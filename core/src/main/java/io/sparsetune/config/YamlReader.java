package io.sparsetune.config;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.sparsetune.error.ConfigException;
import io.sparsetune.keys.Node;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads YAML as plain data: mappings, lists and scalars in their own characters. Nothing in it can
 * name a class, refer to another part of it, or grow beyond what was written.
 */
final class YamlReader {
  private static final int MAX_CHARACTERS = 1 << 20;
  private static final int MAX_DEPTH = 16;

  private final YAMLParser parser;
  private final String source;

  /** Where everything is said to stand; by line where empty. */
  private final String where;

  private YamlReader(YAMLParser parser, String source, String where) {
    this.parser = parser;
    this.source = source;
    this.where = where;
  }

  /** A whole file, whose top level is a mapping. */
  static Node.Mapping file(String yaml, String source) {
    Node root = read(yaml, source, "");
    if (root instanceof Node.Mapping mapping) {
      return mapping;
    }
    throw new ConfigException(
        source + ": Cannot find any section; expected keys such as model.path and data.train");
  }

  /** Whether nothing but comments is in it. */
  static boolean isEmpty(String yaml, String source) {
    return read(yaml, source, "") instanceof Node.Scalar scalar
        && (scalar.isNull() || scalar.text().isEmpty());
  }

  /** The value of one override. */
  static Node value(String yaml, String override) {
    return read(yaml, override, override);
  }

  private static Node read(String yaml, String source, String where) {
    if (yaml.length() > MAX_CHARACTERS) {
      throw new ConfigException(
          source + ": Cannot read " + yaml.length() + " characters; at most " + MAX_CHARACTERS);
    }
    try (YAMLParser parser = new YAMLFactory().createParser(yaml)) {
      YamlReader reader = new YamlReader(parser, source, where);
      if (parser.nextToken() == null) {
        return new Node.Scalar("", true, where);
      }
      Node root = reader.node(0);
      if (parser.nextToken() != null) {
        throw reader.refused("holds more than one YAML document");
      }
      return root;
    } catch (IOException e) {
      throw new ConfigException(source + ": Cannot read as YAML" + YamlProblem.of(e, yaml));
    }
  }

  private Node node(int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw refused("is nested deeper than " + MAX_DEPTH + " levels");
    }
    if (parser.isCurrentAlias()) {
      throw refused(
          "refers to an anchor (*" + Node.cut(parser.getText()) + "); write the value itself");
    }
    String here = where.isEmpty() ? source + ", " + here() : where;
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_ARRAY) {
      List<Node> items = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        items.add(node(depth + 1));
      }
      return new Node.Sequence(List.copyOf(items), here);
    }
    if (token == JsonToken.START_OBJECT) {
      Map<String, Node> entries = new LinkedHashMap<>();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String key = parser.currentName();
        if (parser.isCurrentAlias()) {
          throw refused("refers to an anchor (*" + Node.cut(key) + "); write the key itself");
        }
        if (entries.containsKey(key)) {
          throw refused("has the key '" + Node.cut(key) + "' twice");
        }
        parser.nextToken();
        entries.put(key, node(depth + 1));
      }
      return new Node.Mapping(entries, here);
    }
    return new Node.Scalar(parser.getText(), token == JsonToken.VALUE_NULL, here);
  }

  private String here() {
    return where.isEmpty() ? "line " + parser.currentTokenLocation().getLineNr() : where;
  }

  private ConfigException refused(String problem) {
    return new ConfigException(source + ": Cannot use this YAML (" + here() + "): it " + problem);
  }
}
