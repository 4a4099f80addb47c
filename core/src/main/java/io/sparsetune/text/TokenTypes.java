package io.sparsetune.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;

/** The part of a tokenizer that puts special tokens around texts and tells two texts apart. */
final class TokenTypes {
  private static final Set<String> TYPED =
      Set.of("TemplateProcessing", "BertProcessing", "RobertaProcessing");

  private TokenTypes() {}

  /**
   * A template of two kinds of pieces: {@code $A} and {@code $B} for the texts, and special tokens.
   *
   * @param pair the second text and what follows it has this type
   */
  static ObjectNode template(
      List<String> single, List<String> pair, int secondType, AddedTokens tokens) {
    ObjectNode template = Json.object().put("type", "TemplateProcessing");
    ObjectNode special = Json.object();
    template.set("single", pieces(single, secondType, special, tokens));
    template.set("pair", pieces(pair, secondType, special, tokens));
    template.set("special_tokens", special);
    return template;
  }

  private static ArrayNode pieces(
      List<String> pieces, int secondType, ObjectNode special, AddedTokens tokens) {
    ArrayNode all = Json.array();
    int type = 0;
    for (String piece : pieces) {
      boolean text = piece.equals("$A") || piece.equals("$B");
      type = piece.equals("$B") ? secondType : type;
      all.addObject()
          .putObject(text ? "Sequence" : "SpecialToken")
          .put("id", text ? piece.substring(1) : piece)
          .put("type_id", type);
      if (!text) {
        ObjectNode token = special.putObject(piece).put("id", piece);
        token.putArray("ids").add(tokens.id(piece));
        token.putArray("tokens").add(piece);
      }
    }
    return all;
  }

  /** A post-processor that gives the same tokens, all of type 0. */
  static JsonNode without(JsonNode processor) {
    if (!isTyped(processor)) {
      return plain();
    }
    JsonNode copy = processor.deepCopy();
    for (JsonNode part : copy.findParents("type_id")) {
      ((ObjectNode) part).put("type_id", 0);
    }
    return replaceBert(copy);
  }

  private static boolean isTyped(JsonNode processor) {
    for (JsonNode part : processor.path("processors")) {
      if (isTyped(part)) {
        return true;
      }
    }
    return TYPED.contains(processor.path("type").asText());
  }

  private static JsonNode replaceBert(JsonNode processor) {
    if (processor.path("processors") instanceof ArrayNode parts) {
      for (int i = 0; i < parts.size(); i++) {
        parts.set(i, replaceBert(parts.get(i)));
      }
    }
    if (!processor.path("type").asText().equals("BertProcessing")) {
      return processor;
    }
    String cls = processor.path("cls").path(0).asText();
    String sep = processor.path("sep").path(0).asText();
    ObjectNode template = Json.object().put("type", "TemplateProcessing");
    ObjectNode special = Json.object();
    for (String end : List.of("cls", "sep")) {
      JsonNode given = processor.path(end);
      ObjectNode token = special.putObject(given.path(0).asText());
      token.put("id", given.path(0).asText()).putArray("ids").add(given.path(1));
      token.putArray("tokens").add(given.path(0));
    }
    template.set("single", untyped(List.of(cls, "$A", sep)));
    template.set("pair", untyped(List.of(cls, "$A", sep, "$B", sep)));
    template.set("special_tokens", special);
    return template;
  }

  private static ArrayNode untyped(List<String> pieces) {
    ArrayNode all = Json.array();
    for (String piece : pieces) {
      boolean text = piece.equals("$A") || piece.equals("$B");
      all.addObject()
          .putObject(text ? "Sequence" : "SpecialToken")
          .put("id", text ? piece.substring(1) : piece)
          .put("type_id", 0);
    }
    return all;
  }

  /** Two texts, one after the other. */
  private static ObjectNode plain() {
    ObjectNode template = Json.object().put("type", "TemplateProcessing");
    template.set("single", untyped(List.of("$A")));
    template.set("pair", untyped(List.of("$A", "$B")));
    template.putObject("special_tokens");
    return template;
  }
}
