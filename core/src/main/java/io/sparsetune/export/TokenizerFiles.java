package io.sparsetune.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.OutputFolder;
import io.sparsetune.files.StrictJson;
import io.sparsetune.model.BaseModel;
import io.sparsetune.text.SpecialTokens;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Copies a base's tokenizer, and writes what transformers wants beside {@code tokenizer.json}. */
final class TokenizerFiles {
  private static final int MAX_BYTES = 128 << 20;

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
      out.write(
          "special_tokens_map.json", s -> s.write(PrettyJson.bytes(specialTokens(tokenizer))));
    }
    Optional<String> vocabulary = wordPieceVocabulary(tokenizer);
    if (!present.contains("vocab.txt") && vocabulary.isPresent()) {
      byte[] text = vocabulary.get().getBytes(StandardCharsets.UTF_8);
      out.write("vocab.txt", s -> s.write(text));
    }
  }

  /** What the tokenizer says of itself, under the names of transformers; nothing is guessed. */
  private static ObjectNode config(BaseModel base, ObjectNode tokenizer) {
    ObjectNode config = specialTokens(tokenizer);
    config.put("model_max_length", base.encoder().maxTokens());
    config.put("tokenizer_class", tokenizerClass(base, tokenizer));
    JsonNode normalizer = tokenizer.path("normalizer");
    putFlag(config, "do_lower_case", normalizer.path("lowercase"));
    putFlag(config, "tokenize_chinese_chars", normalizer.path("handle_chinese_chars"));
    putFlag(config, "strip_accents", normalizer.path("strip_accents"));
    return config;
  }

  /** The family's class, where the tokenizer is of its kind. */
  private static String tokenizerClass(BaseModel base, ObjectNode tokenizer) {
    JsonNode model = tokenizer.path("model");
    return switch (base.encoder().architecture()) {
      case BERT -> isWordPiece(model) ? "BertTokenizer" : "PreTrainedTokenizerFast";
      case ROBERTA -> model.has("merges") ? "RobertaTokenizer" : "PreTrainedTokenizerFast";
    };
  }

  private static boolean isWordPiece(JsonNode model) {
    return model.path("type").asText().equals("WordPiece");
  }

  private static void putFlag(ObjectNode config, String name, JsonNode flag) {
    if (flag.isBoolean()) {
      config.put(name, flag.asBoolean());
    }
  }

  private static ObjectNode specialTokens(ObjectNode tokenizer) {
    ObjectNode tokens = JsonNodeFactory.instance.objectNode();
    SpecialTokens.of(tokenizer).forEach(tokens::put);
    return tokens;
  }

  /** The tokens of a WordPiece model, one a line by number; nothing for other kinds. */
  private static Optional<String> wordPieceVocabulary(ObjectNode tokenizer) {
    JsonNode model = tokenizer.path("model");
    JsonNode vocabulary = model.path("vocab");
    if (!isWordPiece(model) || !vocabulary.isObject()) {
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
