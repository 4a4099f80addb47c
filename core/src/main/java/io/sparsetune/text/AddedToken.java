package io.sparsetune.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * A token that is found in a text before the model sees it.
 *
 * @param normalized whether it is looked for in the normalised text; where nothing is said, if it
 *     is not special
 */
record AddedToken(
    String content,
    boolean singleWord,
    boolean lstrip,
    boolean rstrip,
    Optional<Boolean> normalized,
    boolean special) {

  /** A special token of which the text alone is given. */
  static AddedToken special(String content) {
    return new AddedToken(content, false, false, false, Optional.empty(), true);
  }

  /** A token from its properties; one that is given by its text alone is special. */
  static Optional<AddedToken> of(JsonNode node) {
    if (node.isTextual()) {
      return Optional.of(special(node.asText()));
    }
    if (!node.path("content").isTextual()) {
      return Optional.empty();
    }
    return Optional.of(
        new AddedToken(
            node.get("content").asText(),
            node.path("single_word").asBoolean(),
            node.path("lstrip").asBoolean(),
            node.path("rstrip").asBoolean(),
            node.path("normalized").isBoolean()
                ? Optional.of(node.get("normalized").asBoolean())
                : Optional.empty(),
            node.path("special").asBoolean()));
  }

  AddedToken asSpecial() {
    return new AddedToken(content, singleWord, lstrip, rstrip, normalized, true);
  }

  AddedToken withNormalized(Optional<Boolean> other) {
    return new AddedToken(content, singleWord, lstrip, rstrip, other, special);
  }

  /** With nothing left open. */
  AddedToken complete() {
    return withNormalized(Optional.of(normalized.orElse(!special)));
  }

  ObjectNode json(int id) {
    return Json.object()
        .put("id", id)
        .put("content", content)
        .put("single_word", singleWord)
        .put("lstrip", lstrip)
        .put("rstrip", rstrip)
        .put("normalized", normalized.orElse(!special))
        .put("special", special);
  }
}
