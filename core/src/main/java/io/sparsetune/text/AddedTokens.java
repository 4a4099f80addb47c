package io.sparsetune.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The added tokens of a tokenizer: those of its files, by their numbers, and then the special ones
 * that none of them has. Numbers follow as the tokenizer library gives them: a token has its place
 * in the vocabulary, or the next one after all others.
 */
final class AddedTokens {
  private final TokenizerSettings settings;
  private final boolean kept;
  private final JsonNode vocabulary;
  private final Map<String, AddedToken> byText = new HashMap<>();
  private final Map<String, Integer> ids = new HashMap<>();
  private final List<String> order = new ArrayList<>();
  private final Map<String, Integer> pieces = new HashMap<>();
  private final NamedTokens named;
  private final Set<String> listed;
  private int largest = -1;
  private boolean changed;

  /**
   * @param tokenizer of {@code tokenizer.json}, or empty
   * @param kept whether the tokens that it has stay as they are
   * @param vocabulary of the model, an object of numbers or a list
   */
  AddedTokens(
      TokenizerSettings settings,
      ObjectNode tokenizer,
      boolean kept,
      JsonNode vocabulary,
      Map<String, String> defaults) {
    this.settings = settings;
    this.kept = kept;
    this.vocabulary = vocabulary;
    NamedTokens given = NamedTokens.of(settings, defaults);
    TreeMap<Integer, AddedToken> listed = listed(settings, tokenizer, given);
    Map<String, AddedToken> known = new HashMap<>();
    listed.values().forEach(token -> known.put(token.content(), token));
    this.named = given.with(known);
    if (kept) {
      tokenizer.path("added_tokens").forEach(node -> AddedToken.of(node).ifPresent(this::add));
    }
    this.listed = Set.copyOf(known.keySet());
    changed = false;
    Set<String> there = new HashSet<>(byText.keySet());
    there.addAll(this.listed);
    Set<String> special = new HashSet<>();
    named.uses().values().forEach(token -> special.add(token.content()));
    List<AddedToken> more = new ArrayList<>(listed.values());
    List<AddedToken> rest = new ArrayList<>(named.uses().values());
    rest.addAll(named.extra());
    rest.stream().filter(token -> !there.contains(token.content())).forEach(more::add);
    for (AddedToken token : more) {
      add(special.contains(token.content()) ? token.asSpecial() : token);
    }
  }

  NamedTokens named() {
    return named;
  }

  /** Whether a token is in the vocabulary or listed as added. */
  boolean isKnown(String text) {
    return isInVocabulary(text) || listed.contains(text);
  }

  /** Whether the settings add or change anything beside what {@code tokenizer.json} has. */
  boolean areChanged() {
    return changed;
  }

  boolean isInVocabulary(String text) {
    return idInVocabulary(text) >= 0;
  }

  int id(String text) {
    return ids.containsKey(text) ? ids.get(text) : idInVocabulary(text);
  }

  ArrayNode json() {
    ArrayNode all = Json.array();
    order.forEach(text -> all.add(byText.get(text).json(ids.get(text))));
    return all;
  }

  private static TreeMap<Integer, AddedToken> listed(
      TokenizerSettings settings, ObjectNode tokenizer, NamedTokens named) {
    TreeMap<Integer, AddedToken> listed = new TreeMap<>();
    if (settings.hasDecoder()) {
      JsonNode decoder = settings.get("added_tokens_decoder");
      for (Map.Entry<String, JsonNode> entry : decoder.properties()) {
        AddedToken token =
            entry.getValue().isObject() ? AddedToken.of(entry.getValue()).orElse(null) : null;
        if (token == null || !entry.getKey().matches("\\d{1,9}")) {
          throw settings.refusal("added_tokens_decoder", "which has something that is no token");
        }
        listed.put(Integer.parseInt(entry.getKey()), token);
      }
      return listed;
    }
    settings
        .object(TokenizerSettings.ADDED)
        .ifPresent(
            added ->
                added
                    .properties()
                    .forEach(
                        entry -> {
                          if (!entry.getValue().isInt()) {
                            throw settings.refusal(
                                TokenizerSettings.ADDED,
                                entry.getKey(),
                                Json.brief(entry.getValue()),
                                "which is no number");
                          }
                          listed.put(
                              entry.getValue().asInt(),
                              plain(entry.getKey(), named.declared().contains(entry.getKey())));
                        }));
    for (JsonNode node : tokenizer.path("added_tokens")) {
      AddedToken.of(node).ifPresent(token -> listed.put(node.path("id").asInt(), token));
    }
    return listed;
  }

  private static AddedToken plain(String text, boolean special) {
    return new AddedToken(text, false, false, false, Optional.of(!special), special);
  }

  private void add(AddedToken token) {
    AddedToken added = token.complete();
    String text = added.content();
    if (text.isEmpty()) {
      return;
    }
    AddedToken before = byText.get(text);
    if (before == null) {
      int id = idInVocabulary(text);
      ids.put(text, id >= 0 ? id : Math.max(largest + 1, vocabulary.size()));
      largest = Math.max(largest, ids.get(text));
      order.add(text);
    } else if (before.special()) {
      // The library goes on looking for a special token where it did at first.
      added = added.asSpecial().withNormalized(before.normalized());
    } else if (!before.normalized().equals(added.normalized()) && !(added.special() && !kept)) {
      throw settings.tokenRefusal(text);
    }
    changed |= !added.equals(byText.put(text, added));
  }

  private int idInVocabulary(String text) {
    if (vocabulary.isArray()) {
      return pieces().getOrDefault(text, -1);
    }
    return vocabulary.path(text).asInt(-1);
  }

  private Map<String, Integer> pieces() {
    if (pieces.isEmpty()) {
      for (int i = 0; i < vocabulary.size(); i++) {
        pieces.put(vocabulary.get(i).path(0).asText(), i);
      }
    }
    return pieces;
  }
}
