package io.sparsetune.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparsetune.keys.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads a configuration that is JSON: each text is taken in its own characters, none folded. */
final class JsonNodes {
  private JsonNodes() {}

  /**
   * @param where what messages call the place of everything in it
   */
  static Node.Mapping mapping(JsonNode object, String where) {
    Map<String, Node> entries = new LinkedHashMap<>();
    object.properties().forEach(e -> entries.put(e.getKey(), node(e.getValue(), where)));
    return new Node.Mapping(entries, where);
  }

  private static Node node(JsonNode json, String where) {
    if (json.isObject()) {
      return mapping(json, where);
    }
    if (json.isArray()) {
      List<Node> items = new ArrayList<>();
      json.forEach(item -> items.add(node(item, where)));
      return new Node.Sequence(List.copyOf(items), where);
    }
    return new Node.Scalar(json.isNull() ? "" : json.asText(), json.isNull(), where);
  }
}
