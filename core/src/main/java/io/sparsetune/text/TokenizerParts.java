package io.sparsetune.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * A tokenizer as a class of transformers builds it of a vocabulary and settings; nothing else of
 * {@code tokenizer.json} counts.
 */
final class TokenizerParts {
  private static final String SPACE = "▁";

  private TokenizerParts() {}

  /**
   * @param kind a class that builds its own parts
   * @param before of {@code tokenizer.json}, or a model alone
   */
  static ObjectNode build(
      TokenizerClass kind, ObjectNode before, AddedTokens tokens, TokenizerSettings settings) {
    ObjectNode root = Json.object().put("version", "1.0");
    root.set("added_tokens", tokens.json());
    switch (kind) {
      case BERT, DISTILBERT -> bert(root, before, tokens, settings);
      case ROBERTA -> roberta(root, before, tokens, settings);
      case XLM_ROBERTA -> xlmRoberta(root, before, tokens, settings);
      case GENERIC -> throw new IllegalArgumentException("It is built of tokenizer.json");
    }
    return root;
  }

  private static void bert(
      ObjectNode root, ObjectNode before, AddedTokens tokens, TokenizerSettings settings) {
    ObjectNode normalizer =
        root.putObject("normalizer")
            .put("type", "BertNormalizer")
            .put("clean_text", true)
            .put("handle_chinese_chars", settings.flag("tokenize_chinese_chars", true))
            .put("lowercase", settings.flag("do_lower_case", true));
    if (settings.has("strip_accents") && !settings.get("strip_accents").isNull()) {
      normalizer.put("strip_accents", settings.flag("strip_accents", true));
    } else {
      normalizer.putNull("strip_accents");
    }
    root.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
    String cls = token(tokens, "cls_token");
    String sep = token(tokens, "sep_token");
    root.set(
        "post_processor",
        TokenTypes.template(
            List.of(cls, "$A", sep), List.of(cls, "$A", sep, "$B", sep), 1, tokens));
    root.putObject("decoder").put("type", "WordPiece").put("prefix", "##").put("cleanup", true);
    ObjectNode model =
        root.putObject("model")
            .put("type", "WordPiece")
            .put("unk_token", token(tokens, "unk_token"))
            .put("continuing_subword_prefix", "##")
            .put("max_input_chars_per_word", 100);
    model.set("vocab", before.path("model").path("vocab"));
  }

  private static void roberta(
      ObjectNode root, ObjectNode before, AddedTokens tokens, TokenizerSettings settings) {
    boolean space = settings.flag("add_prefix_space", false);
    boolean trim = settings.flag("trim_offsets", true);
    root.putNull("normalizer");
    root.set("pre_tokenizer", byteLevel(space));
    ObjectNode processor = root.putObject("post_processor").put("type", "RobertaProcessing");
    for (String end : List.of("sep", "cls")) {
      String token = token(tokens, end + "_token");
      processor.putArray(end).add(token).add(tokens.id(token));
    }
    processor.put("trim_offsets", trim).put("add_prefix_space", space);
    root.set("decoder", byteLevel(true));
    ObjectNode model =
        root.putObject("model")
            .put("type", "BPE")
            .putNull("dropout")
            .putNull("unk_token")
            .put("continuing_subword_prefix", "")
            .put("end_of_word_suffix", "")
            .put("fuse_unk", false)
            .put("byte_fallback", false)
            .put("ignore_merges", false);
    model.set("vocab", before.path("model").path("vocab"));
    model.set("merges", before.path("model").path("merges"));
  }

  private static ObjectNode byteLevel(boolean space) {
    return Json.object()
        .put("type", "ByteLevel")
        .put("add_prefix_space", space)
        .put("trim_offsets", true)
        .put("use_regex", true);
  }

  private static void xlmRoberta(
      ObjectNode root, ObjectNode before, AddedTokens tokens, TokenizerSettings settings) {
    String scheme = settings.flag("add_prefix_space", true) ? "always" : "never";
    root.set("normalizer", precompiled(before.path("normalizer")));
    ObjectNode pre = root.putObject("pre_tokenizer").put("type", "Sequence");
    pre.putArray("pretokenizers")
        .add(Json.object().put("type", "WhitespaceSplit"))
        .add(metaspace(scheme));
    String bos = token(tokens, "bos_token");
    String eos = token(tokens, "eos_token");
    root.set(
        "post_processor",
        TokenTypes.template(
            List.of(bos, "$A", eos), List.of(bos, "$A", eos, eos, "$B", eos), 0, tokens));
    root.set("decoder", metaspace(scheme));
    ObjectNode model =
        root.putObject("model").put("type", "Unigram").put("unk_id", 3).put("byte_fallback", false);
    model.set("vocab", before.path("model").path("vocab"));
  }

  private static ObjectNode metaspace(String scheme) {
    return Json.object()
        .put("type", "Metaspace")
        .put("replacement", SPACE)
        .put("prepend_scheme", scheme)
        .put("split", true);
  }

  /** The first part of a normalizer that is SentencePiece's own; the others do not count. */
  private static JsonNode precompiled(JsonNode normalizer) {
    for (JsonNode part : normalizer.path("normalizers")) {
      if (part.path("type").asText().equals("Precompiled")) {
        return part;
      }
    }
    return normalizer.path("type").asText().equals("Precompiled")
        ? normalizer
        : Json.object().nullNode();
  }

  private static String token(AddedTokens tokens, String use) {
    return tokens.named().text(use).orElseThrow();
  }
}
