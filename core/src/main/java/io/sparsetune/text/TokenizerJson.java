package io.sparsetune.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Finds a model folder's tokenizer: its {@code tokenizer.json}, or one made of the {@code
 * vocab.txt} of an older BERT folder.
 */
public final class TokenizerJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private TokenizerJson() {}

  /**
   * @param files the contents of a file of that name, where it is there; asked for {@code
   *     tokenizer.json}, {@code vocab.txt} and {@code tokenizer_config.json}
   * @param source what messages call the folder
   * @throws DataException where there is no tokenizer that can be used
   */
  public static byte[] find(Function<String, Optional<byte[]>> files, String source) {
    Optional<byte[]> ready = files.apply("tokenizer.json");
    if (ready.isPresent()) {
      return ready.get();
    }
    byte[] vocabulary =
        files
            .apply("vocab.txt")
            .orElseThrow(
                () ->
                    new DataException(
                        "Cannot find a tokenizer in "
                            + source
                            + ": neither tokenizer.json nor vocab.txt is there. Newer versions of"
                            + " transformers write tokenizer.json with"
                            + " AutoTokenizer.from_pretrained(…).save_pretrained(…)"));
    byte[] config =
        files.apply("tokenizer_config.json").orElse("{}".getBytes(StandardCharsets.UTF_8));
    try {
      return wordPiece(
          new String(vocabulary, StandardCharsets.UTF_8), JSON.readTree(config), source);
    } catch (IOException e) {
      throw new CorruptFileException(source + "/tokenizer_config.json", "it is not JSON", e);
    }
  }

  /** What transformers' own converter makes of a BERT vocabulary. */
  private static byte[] wordPiece(String text, JsonNode config, String source)
      throws JsonProcessingException {
    Map<String, Integer> vocabulary = new LinkedHashMap<>();
    String[] lines = text.split("\n", -1);
    int count = lines[lines.length - 1].isEmpty() ? lines.length - 1 : lines.length;
    for (int i = 0; i < count; i++) {
      vocabulary.put(
          lines[i].endsWith("\r") ? lines[i].substring(0, lines[i].length() - 1) : lines[i], i);
    }
    ObjectNode root = JSON.createObjectNode().put("version", "1.0");
    ArrayNode added = root.putArray("added_tokens");
    for (String name : List.of("pad_token", "unk_token", "cls_token", "sep_token", "mask_token")) {
      String token = special(name, config);
      Integer id = vocabulary.get(token);
      if (id == null && !name.equals("pad_token") && !name.equals("mask_token")) {
        throw new CorruptFileException(
            source + "/vocab.txt", "it has no line for the special token " + token);
      }
      if (id != null) {
        added
            .addObject()
            .put("id", id)
            .put("content", token)
            .put("single_word", false)
            .put("lstrip", false)
            .put("rstrip", false)
            .put("normalized", false)
            .put("special", true);
      }
    }
    ObjectNode normalizer =
        root.putObject("normalizer")
            .put("type", "BertNormalizer")
            .put("clean_text", true)
            .put("handle_chinese_chars", config.path("tokenize_chinese_chars").asBoolean(true))
            .put("lowercase", config.path("do_lower_case").asBoolean(true));
    normalizer.set(
        "strip_accents",
        config.path("strip_accents").isBoolean() ? config.get("strip_accents") : null);
    root.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
    ObjectNode processor = root.putObject("post_processor").put("type", "BertProcessing");
    for (String name : List.of("sep", "cls")) {
      String token = special(name + "_token", config);
      processor.putArray(name).add(token).add(vocabulary.get(token));
    }
    root.putObject("decoder").put("type", "WordPiece").put("prefix", "##").put("cleanup", true);
    ObjectNode model =
        root.putObject("model")
            .put("type", "WordPiece")
            .put("unk_token", special("unk_token", config))
            .put("continuing_subword_prefix", "##")
            .put("max_input_chars_per_word", 100);
    ObjectNode entries = model.putObject("vocab");
    vocabulary.forEach(entries::put);
    return JSON.writeValueAsBytes(root);
  }

  /** A special token's text, which a configuration gives bare or with its properties. */
  private static String special(String name, JsonNode config) {
    JsonNode given = config.path(name);
    String text = given.isObject() ? given.path("content").asText() : given.asText("");
    return text.isEmpty() ? SpecialTokens.BERT.get(name) : text;
  }
}
