package io.sparsetune.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The special tokens that a folder's settings name, each for its use, and those without a use.
 *
 * @param uses by the names of transformers, such as {@code cls_token}
 * @param declared texts of those that {@code added_tokens.json} takes for special
 */
record NamedTokens(Map<String, AddedToken> uses, List<AddedToken> extra, Set<String> declared) {
  private static final List<String> USES =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");
  private static final String EXTRA = "extra_special_tokens";
  private static final String OLD_EXTRA = "additional_special_tokens";

  /**
   * @param defaults texts of those that the settings do not name
   */
  static NamedTokens of(TokenizerSettings settings, Map<String, String> defaults) {
    Map<String, AddedToken> uses = new LinkedHashMap<>();
    Set<String> declared = new HashSet<>();
    for (String use : USES) {
      if (settings.has(use)) {
        if (!settings.get(use).isNull()) {
          uses.put(use, token(settings, use, settings.get(use)));
          if (settings.get(use).isTextual() || settings.map().has(use)) {
            declared.add(uses.get(use).content());
          }
        }
      } else if (defaults.containsKey(use)) {
        uses.put(use, AddedToken.special(defaults.get(use)));
      }
    }
    for (String key : settings.keys()) {
      JsonNode value = settings.get(key);
      boolean counts = value.isTextual() || value.has("__type") || settings.map().has(key);
      if (key.endsWith("_token") && !USES.contains(key) && counts && !value.isNull()) {
        uses.put(key, token(settings, key, value));
      }
    }
    List<AddedToken> extra = new ArrayList<>();
    String named = "model_specific_special_tokens";
    add(settings, named, settings.get(named), uses, extra);
    String config =
        settings.config().has(OLD_EXTRA) && Json.isFalse(settings.config().path(EXTRA))
            ? OLD_EXTRA
            : EXTRA;
    add(settings, config, settings.config().path(config), uses, extra);
    add(settings, EXTRA, settings.map().path(EXTRA), uses, extra);
    extra.forEach(token -> declared.add(token.content()));
    boolean silent =
        config.equals(OLD_EXTRA) || isList(settings.config()) || isList(settings.map());
    if (!silent) {
      add(settings, OLD_EXTRA, settings.get(OLD_EXTRA), uses, extra);
    }
    return new NamedTokens(uses, extra, declared);
  }

  /** The token for a use; {@code tokenizer.json} and the added tokens know its properties. */
  NamedTokens with(Map<String, AddedToken> known) {
    Map<String, AddedToken> all = new LinkedHashMap<>();
    uses.forEach(
        (use, token) ->
            all.put(use, USES.contains(use) ? known.getOrDefault(token.content(), token) : token));
    return new NamedTokens(all, extra, declared);
  }

  /** The text of the token for a use. */
  Optional<String> text(String use) {
    return Optional.ofNullable(uses.get(use)).map(AddedToken::content);
  }

  /** Whether there is a list, or null, for which the older name's does not count. */
  private static boolean isList(ObjectNode settings) {
    return settings.has(EXTRA) && !settings.get(EXTRA).isObject();
  }

  private static void add(
      TokenizerSettings settings,
      String key,
      JsonNode value,
      Map<String, AddedToken> uses,
      List<AddedToken> extra) {
    if (value.isObject()) {
      ((ObjectNode) value)
          .properties()
          .forEach(use -> uses.put(use.getKey(), token(settings, key, use.getValue())));
    } else if (value.isArray()) {
      for (JsonNode one : value) {
        AddedToken token = token(settings, key, one);
        if (!extra.contains(token)) {
          extra.add(token);
        }
      }
    } else if (!value.isMissingNode() && !value.isNull()) {
      throw settings.refusal(key, "which is no list of tokens");
    }
  }

  private static AddedToken token(TokenizerSettings settings, String key, JsonNode value) {
    return AddedToken.of(value)
        .orElseThrow(() -> settings.refusal(key, "which has something that is no token"));
  }
}
