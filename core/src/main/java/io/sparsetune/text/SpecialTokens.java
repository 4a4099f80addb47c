package io.sparsetune.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a tokenizer uses its special tokens for, by the names that transformers has for it. */
public final class SpecialTokens {
  /** BERT's own. */
  static final Map<String, String> BERT =
      Map.of(
          "cls_token", "[CLS]",
          "mask_token", "[MASK]",
          "pad_token", "[PAD]",
          "sep_token", "[SEP]",
          "unk_token", "[UNK]");

  /** RoBERTa's own. */
  static final Map<String, String> ROBERTA =
      Map.of(
          "bos_token", "<s>",
          "cls_token", "<s>",
          "eos_token", "</s>",
          "mask_token", "<mask>",
          "pad_token", "<pad>",
          "sep_token", "</s>",
          "unk_token", "<unk>");

  private SpecialTokens() {}

  /**
   * The added special tokens of a {@code tokenizer.json} whose use it names itself: by its
   * post-processor, its model and its padding, or by the name that BERT or RoBERTa has for that
   * use. A use that it says nothing of is left out, and so is a token that is not added: to name it
   * would add it.
   */
  public static SortedMap<String, String> of(JsonNode tokenizer) {
    Set<String> added = new HashSet<>();
    for (JsonNode token : tokenizer.path("added_tokens")) {
      if (token.path("special").asBoolean()) {
        added.add(token.path("content").asText());
      }
    }
    SortedMap<String, String> tokens = new TreeMap<>();
    put(tokens, "unk_token", tokenizer.path("model").path("unk_token"));
    put(tokens, "pad_token", tokenizer.path("padding").path("pad_token"));
    putEnds(tokens, tokenizer.path("post_processor"));
    tokens.values().retainAll(added);
    for (Map<String, String> usual : List.of(BERT, ROBERTA)) {
      usual.forEach(
          (use, token) -> {
            if (added.contains(token)) {
              tokens.putIfAbsent(use, token);
            }
          });
    }
    return tokens;
  }

  private static void put(Map<String, String> tokens, String use, JsonNode token) {
    if (token.isTextual()) {
      tokens.putIfAbsent(use, token.asText());
    }
  }

  /** What stands before and after a text. */
  private static void putEnds(Map<String, String> tokens, JsonNode processor) {
    processor.path("processors").forEach(part -> putEnds(tokens, part));
    put(tokens, "cls_token", processor.path("cls").path(0));
    put(tokens, "sep_token", processor.path("sep").path(0));
    boolean after = false;
    for (JsonNode part : processor.path("single")) {
      after |= part.has("Sequence");
      put(tokens, after ? "sep_token" : "cls_token", part.path("SpecialToken").path("id"));
    }
  }
}
