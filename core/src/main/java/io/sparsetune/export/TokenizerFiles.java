package io.sparsetune.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.OutputFolder;
import io.sparsetune.files.StrictJson;
import io.sparsetune.model.Architecture;
import io.sparsetune.model.BaseModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Copies a base's tokenizer, and writes what transformers wants beside {@code tokenizer.json}. */
final class TokenizerFiles {
  private static final int MAX_BYTES = 128 << 20;
  private static final Map<String, String> BERT_TOKENS =
      Map.of(
          "cls_token", "[CLS]",
          "mask_token", "[MASK]",
          "pad_token", "[PAD]",
          "sep_token", "[SEP]",
          "unk_token", "[UNK]");
  private static final Map<String, String> ROBERTA_TOKENS =
      Map.of(
          "bos_token", "<s>",
          "cls_token", "<s>",
          "eos_token", "</s>",
          "mask_token", "<mask>",
          "pad_token", "<pad>",
          "sep_token", "</s>",
          "unk_token", "<unk>");

  private TokenizerFiles() {}

  static void write(BaseModel base, OutputFolder out) throws IOException {
    List<String> present = base.tokenizerFiles();
    for (String name : present) {
      ByteSource file = base.folder().file(name);
      out.write(
          name,
          stream -> {
            try (InputStream in = file.openAt(0)) {
              in.transferTo(stream);
            }
          });
    }
    if (!present.contains("tokenizer.json")) {
      return;
    }
    ObjectNode tokenizer = StrictJson.readObject(base.folder().file("tokenizer.json"), MAX_BYTES);
    if (!present.contains("tokenizer_config.json")) {
      out.write("tokenizer_config.json", s -> s.write(PrettyJson.bytes(config(base, tokenizer))));
    }
    if (!present.contains("special_tokens_map.json")) {
      out.write("special_tokens_map.json", s -> s.write(PrettyJson.bytes(specialTokens(base))));
    }
    Optional<String> vocabulary = wordPieceVocabulary(tokenizer);
    if (!present.contains("vocab.txt") && vocabulary.isPresent()) {
      byte[] text = vocabulary.get().getBytes(StandardCharsets.UTF_8);
      out.write("vocab.txt", s -> s.write(text));
    }
  }

  private static ObjectNode config(BaseModel base, ObjectNode tokenizer) {
    ObjectNode config = specialTokens(base);
    config.put("model_max_length", base.encoder().maxTokens());
    if (base.encoder().architecture() == Architecture.ROBERTA) {
      config.put("tokenizer_class", "RobertaTokenizer");
      return config;
    }
    JsonNode normalizer = tokenizer.path("normalizer");
    config.put("tokenizer_class", "BertTokenizer");
    config.put("do_lower_case", normalizer.path("lowercase").asBoolean(true));
    config.put("tokenize_chinese_chars", normalizer.path("handle_chinese_chars").asBoolean(true));
    if (normalizer.path("strip_accents").isBoolean()) {
      config.put("strip_accents", normalizer.get("strip_accents").asBoolean());
    }
    return config;
  }

  private static ObjectNode specialTokens(BaseModel base) {
    ObjectNode tokens = JsonNodeFactory.instance.objectNode();
    boolean roberta = base.encoder().architecture() == Architecture.ROBERTA;
    new java.util.TreeMap<>(roberta ? ROBERTA_TOKENS : BERT_TOKENS).forEach(tokens::put);
    return tokens;
  }

  /** The tokens of a WordPiece model, one a line by number; nothing for other kinds. */
  private static Optional<String> wordPieceVocabulary(ObjectNode tokenizer) {
    JsonNode model = tokenizer.path("model");
    JsonNode vocabulary = model.path("vocab");
    if (!model.path("type").asText().equals("WordPiece") || !vocabulary.isObject()) {
      return Optional.empty();
    }
    String[] lines = new String[vocabulary.size()];
    for (Map.Entry<String, JsonNode> entry : vocabulary.properties()) {
      int id = entry.getValue().asInt(-1);
      if (id < 0 || id >= lines.length || lines[id] != null || entry.getKey().contains("\n")) {
        return Optional.empty();
      }
      lines[id] = entry.getKey();
    }
    return Optional.of(String.join("\n", lines) + "\n");
  }
}
