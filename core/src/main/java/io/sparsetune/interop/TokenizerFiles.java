package io.sparsetune.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.OutputFolder;
import io.sparsetune.files.StrictJson;
import io.sparsetune.model.Architecture;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.text.SpecialTokens;
import io.sparsetune.text.TokenizerJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes a base's tokenizer so that transformers gives the same tokens and token types: files that
 * say all that is needed are copied, and a {@code tokenizer.json} without {@code
 * tokenizer_config.json}, for which every class has rules of its own, is written as one that counts
 * as it is.
 */
final class TokenizerFiles {
  private static final int MAX_BYTES = 256 << 20;
  private static final String TOKENIZER = "tokenizer.json";
  private static final String CONFIG = "tokenizer_config.json";

  private TokenizerFiles() {}

  static void write(BaseModel base, OutputFolder out) throws IOException {
    List<String> present = base.tokenizerFiles();
    if (present.contains(TOKENIZER) && !present.contains(CONFIG)) {
      writeWithConfig(base, out);
      return;
    }
    for (String name : present) {
      copy(base, name, out);
    }
  }

  private static void copy(BaseModel base, String name, OutputFolder out) throws IOException {
    ByteSource file = base.folder().file(name);
    out.write(
        name,
        stream -> {
          try (InputStream in = file.openAt(0)) {
            in.transferTo(stream);
          }
        });
  }

  private static void writeWithConfig(BaseModel base, OutputFolder out) throws IOException {
    ObjectNode own = StrictJson.readObject(base.folder().file(TOKENIZER), MAX_BYTES);
    ObjectNode tokenizer = TokenizerJson.read(base.folder(), MAX_BYTES);
    if (tokenizer.equals(own)) {
      copy(base, TOKENIZER, out);
    } else {
      out.write(TOKENIZER, s -> s.write(PrettyJson.bytes(tokenizer)));
    }
    out.write(CONFIG, s -> s.write(PrettyJson.bytes(config(base, tokenizer))));
    out.write("special_tokens_map.json", s -> s.write(PrettyJson.bytes(specialTokens(tokenizer))));
    Optional<String> vocabulary = wordPieceVocabulary(tokenizer);
    if (vocabulary.isPresent()) {
      byte[] text = vocabulary.get().getBytes(StandardCharsets.UTF_8);
      out.write("vocab.txt", s -> s.write(text));
    }
  }

  /** What the tokenizer says of itself, under the names of transformers; nothing is guessed. */
  private static ObjectNode config(BaseModel base, ObjectNode tokenizer) {
    ObjectNode config = specialTokens(tokenizer);
    config.put("model_max_length", base.encoder().maxTokens());
    config.put("tokenizer_class", "PreTrainedTokenizerFast");
    ArrayNode inputs = config.putArray("model_input_names").add("input_ids");
    if (base.encoder().architecture() == Architecture.BERT) {
      inputs.add("token_type_ids");
    }
    inputs.add("attention_mask");
    if (tokenizer.path("truncation").path("direction").asText().equals("Left")) {
      config.put("truncation_side", "left");
    }
    JsonNode normalizer = tokenizer.path("normalizer");
    putFlag(config, "do_lower_case", normalizer.path("lowercase"));
    putFlag(config, "tokenize_chinese_chars", normalizer.path("handle_chinese_chars"));
    putFlag(config, "strip_accents", normalizer.path("strip_accents"));
    return config;
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
