package io.sparsetune.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.Shown;

/** Trees of JSON for tokenizers. */
final class Json {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int BRIEF = 80;

  private Json() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  static ArrayNode array() {
    return MAPPER.createArrayNode();
  }

  static byte[] bytes(JsonNode node, String source) {
    try {
      return MAPPER.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new CorruptFileException(
          source, "it has a text with half of a character (a lone surrogate)", e);
    }
  }

  /** A value as messages show it. */
  static String brief(JsonNode node) {
    return Shown.cut(node.toString(), BRIEF);
  }

  /** Whether Python takes a value for false. */
  static boolean isFalse(JsonNode node) {
    return node.isMissingNode()
        || node.isNull()
        || node.isBoolean() && !node.asBoolean()
        || node.isTextual() && node.asText().isEmpty()
        || node.isContainerNode() && node.isEmpty();
  }
}
