package io.sparsetune.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.error.DataException;
import io.sparsetune.files.StrictJson;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the files beside {@code tokenizer.json} say, in the order in which transformers 5 reads
 * them: {@code special_tokens_map.json} and {@code added_tokens.json} count where {@code
 * tokenizer_config.json} has no {@code added_tokens_decoder}.
 */
final class TokenizerSettings {
  static final String CONFIG = "tokenizer_config.json";
  static final String MAP = "special_tokens_map.json";
  private static final String MODEL = "config.json";
  private static final String CLASS = "tokenizer_class";
  static final String ADDED = "added_tokens.json";

  /** Settings that would change the tokens in ways that are not known here. */
  private static final List<String> UNKNOWN =
      List.of("vocab", "merges", "post_processor", "tokenizer_object", "tokenizer_truncation");

  private final Function<String, Optional<byte[]>> files;
  private final String source;
  private final Optional<ObjectNode> file;
  private final ObjectNode config;
  private final ObjectNode modelConfig;
  private final boolean hasModelConfig;
  private final ObjectNode map;

  TokenizerSettings(Function<String, Optional<byte[]>> files, String source) {
    this.files = files;
    this.source = source;
    this.file = object(CONFIG);
    this.config = file.orElseGet(Json::object);
    Optional<ObjectNode> model = object(MODEL);
    this.hasModelConfig = model.isPresent();
    this.modelConfig = model.orElseGet(Json::object);
    this.map =
        hasDecoder()
            ? Json.object()
            : object(MAP).map(TokenizerSettings::special).orElseGet(Json::object);
    refuseUnknown();
  }

  String source() {
    return source;
  }

  Optional<byte[]> bytes(String name) {
    return files.apply(name);
  }

  /** A file of one JSON object, where it is there. */
  Optional<ObjectNode> object(String name) {
    return bytes(name)
        .map(
            bytes -> {
              String path = source + "/" + name;
              return StrictJson.parseObject(
                  path, StrictJson.decode(path, ByteBuffer.wrap(bytes), 0));
            });
  }

  /** The class that the files name. */
  Optional<TokenizerClass> namedClass() {
    String name = className();
    Optional<TokenizerClass> known = TokenizerClass.named(name);
    if (!name.isEmpty() && known.isEmpty()) {
      throw classRefusal("which is not known here");
    }
    return known;
  }

  private String className() {
    String name = text(config, CLASS);
    return name.isEmpty() ? text(modelConfig, CLASS) : name;
  }

  /** The error for a class that the files name; {@code why} goes on after it. */
  DataException classRefusal(String why) {
    String file = text(config, CLASS).isEmpty() ? MODEL : CONFIG;
    return refusal(file, CLASS, className(), why);
  }

  /**
   * The class of the model's type; none where there is a {@code tokenizer.json} alone, which then
   * counts as it is.
   */
  Optional<TokenizerClass> classOfModel() {
    String type = hasModelConfig ? text(modelConfig, "model_type") : file.isPresent() ? "bert" : "";
    return TokenizerClass.ofModelType(type);
  }

  /** Whether there is any file of settings beside {@code tokenizer.json}. */
  boolean areThere() {
    return file.isPresent() || bytes(MAP).isPresent() || bytes(ADDED).isPresent();
  }

  /** {@code tokenizer_config.json}; empty where it is not there. */
  ObjectNode config() {
    return config;
  }

  /** {@code special_tokens_map.json}; empty where it is not there or does not count. */
  ObjectNode map() {
    return map;
  }

  boolean has(String key) {
    return map.has(key) || config.has(key);
  }

  /** A setting's value; missing where no file has it. */
  JsonNode get(String key) {
    return map.has(key) ? map.get(key) : config.path(key);
  }

  /** The names of all settings. */
  List<String> keys() {
    List<String> keys = new ArrayList<>();
    config.fieldNames().forEachRemaining(keys::add);
    for (Iterator<String> names = map.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!keys.contains(name)) {
        keys.add(name);
      }
    }
    return keys;
  }

  /** A setting that is true or false. */
  boolean flag(String key, boolean otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    if (!get(key).isBoolean()) {
      throw refusal(key, "which is neither true nor false");
    }
    return get(key).asBoolean();
  }

  /** Whether {@code tokenizer_config.json} lists the added tokens itself. */
  boolean hasDecoder() {
    return config.has("added_tokens_decoder");
  }

  /** The error for a setting that cannot be honoured; {@code why} goes on after its value. */
  DataException refusal(String key, String why) {
    return refusal(map.has(key) ? MAP : CONFIG, key, Json.brief(get(key)), why);
  }

  /**
   * The error where no file names a class, and the usual one cannot read {@code tokenizer.json}.
   */
  DataException classMissing(TokenizerClass usual, String obstacle) {
    return new DataException(
        "Cannot use the tokenizer of %s: no %s sets %s, so that transformers takes the one for %s, but %s. Set %s to PreTrainedTokenizerFast where tokenizer.json counts as it is"
            .formatted(source, CONFIG, CLASS, usual, obstacle, CLASS));
  }

  /** The error for a token that two files list, each with another way of looking for it. */
  DataException tokenRefusal(String token) {
    return new DataException(
        "Cannot use the tokenizer of %s: tokenizer.json and the files beside it differ in 'normalized' of the added token %s"
            .formatted(source, token));
  }

  DataException refusal(String file, String key, String value, String why) {
    return new DataException(
        ("Cannot use the tokenizer of %s: %s sets %s to %s, %s. Let transformers write it anew as"
                + " one file:"
                + " AutoTokenizer.from_pretrained(FOLDER).backend_tokenizer.save(\"tokenizer.json\"),"
                + " keep its model_input_names and set tokenizer_class to PreTrainedTokenizerFast")
            .formatted(source, file, key, value, why));
  }

  private void refuseUnknown() {
    JsonNode code = get("auto_map");
    if (code.isArray() || code.has("AutoTokenizer")) {
      throw refusal("auto_map", "which is code of its own");
    }
    if (!get("init_inputs").isEmpty()) {
      throw refusal("init_inputs", "which is not known here");
    }
    if (has("split_special_tokens") && flag("split_special_tokens", false)) {
      throw refusal("split_special_tokens", "which the tokenizer library does not offer");
    }
    for (JsonNode file : get("fast_tokenizer_files")) {
      if (file.asText().matches(".*tokenizer\\..*\\.json.*")) {
        throw refusal("fast_tokenizer_files", "which stand for tokenizer.json");
      }
    }
    for (String key : UNKNOWN) {
      if (has(key) && !get(key).isNull()) {
        throw refusal(key, "which is not known here");
      }
    }
  }

  /** The tokens of {@code special_tokens_map.json} are special, whatever it says. */
  private static ObjectNode special(ObjectNode map) {
    for (JsonNode value : map) {
      if (value.has("content")) {
        ((ObjectNode) value).put("special", true);
      }
    }
    return map;
  }

  private static String text(ObjectNode object, String key) {
    JsonNode value = object.path(key);
    return value.isTextual() ? value.asText() : "";
  }
}
