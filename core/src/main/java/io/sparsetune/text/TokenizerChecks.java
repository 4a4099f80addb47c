package io.sparsetune.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.files.StrictJson;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The rules of a {@code tokenizer.json} that the tokenizer library relies on without a check. */
final class TokenizerChecks {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The library gives up at 128. */
  private static final int DEEPEST = 100;

  private TokenizerChecks() {}

  /**
   * The tokenizer without its decoder, which the library ends the process on where it is broken.
   *
   * @throws CorruptFileException for the first rule that is broken
   */
  static CheckedTokenizer checked(byte[] json, String source) {
    ObjectNode root =
        StrictJson.parseObject(source, StrictJson.decode(source, ByteBuffer.wrap(json), 0));
    if (isDeeper(root, DEEPEST)) {
      throw new CorruptFileException(
          source, "its lists and objects lie more than %d deep in each other".formatted(DEEPEST));
    }
    root.remove("decoder");
    check(root, source);
    try {
      return new CheckedTokenizer(JSON.writeValueAsBytes(root), source, Cuts.of(root));
    } catch (JsonProcessingException e) {
      throw new CorruptFileException(source, "it cannot be written again: " + e.getMessage(), e);
    }
  }

  private static boolean isDeeper(JsonNode node, int depth) {
    if (!node.isContainerNode()) {
      return false;
    }
    if (depth == 0) {
      return true;
    }
    for (JsonNode child : node) {
      if (isDeeper(child, depth - 1)) {
        return true;
      }
    }
    return false;
  }

  private static void check(ObjectNode root, String source) {
    checkProcessor(root.path("post_processor"), source);
    checkNormalizer(root.path("normalizer"), source);
    checkModel(root.path("model"), source);
    root.path("model")
        .path("vocab")
        .properties()
        .forEach(entry -> checkId(entry.getKey(), entry.getValue(), source));
    root.path("added_tokens")
        .forEach(token -> checkId(token.path("content").asText(), token.path("id"), source));
  }

  private static void checkId(String token, JsonNode id, String source) {
    if (id.isIntegralNumber() && !id.canConvertToInt()) {
      throw new CorruptFileException(
          source,
          "the token '%s' has the id %s; no model has so many words".formatted(token, id.asText()));
    }
  }

  private static void checkProcessor(JsonNode processor, String source) {
    processor.path("processors").forEach(part -> checkProcessor(part, source));
    checkTemplate("single", processor, source);
    checkTemplate("pair", processor, source);
  }

  private static void checkTemplate(String name, JsonNode processor, String source) {
    for (JsonNode piece : processor.path(name)) {
      String token = piece.path("SpecialToken").path("id").asText("");
      if (piece.has("SpecialToken") && !processor.path("special_tokens").has(token)) {
        throw new CorruptFileException(
            source,
            "the template '%s' of its post_processor names '%s', which is not among its special_tokens"
                .formatted(name, token));
      }
      if (name.equals("single") && piece.path("Sequence").path("id").asText("").equals("B")) {
        throw new CorruptFileException(
            source, "the template 'single' of its post_processor names a second text (Sequence B)");
      }
    }
  }

  private static void checkNormalizer(JsonNode normalizer, String source) {
    normalizer.path("normalizers").forEach(part -> checkNormalizer(part, source));
    JsonNode pattern = normalizer.path("pattern");
    if (isEmptyText(pattern.path("String")) || isEmptyText(pattern.path("Regex"))) {
      throw new CorruptFileException(source, "its normalizer replaces an empty text");
    }
    JsonNode charsmap = normalizer.path("precompiled_charsmap");
    boolean precompiled = normalizer.path("type").asText("").equals("Precompiled");
    if (!precompiled && charsmap.isMissingNode()) {
      return;
    }
    try {
      if (!charsmap.isTextual()
          || !Charsmap.isSound(ByteBuffer.wrap(Base64.getDecoder().decode(charsmap.asText())))) {
        throw new CorruptFileException(
            source, "the precompiled_charsmap of its normalizer is broken");
      }
    } catch (IllegalArgumentException e) {
      throw new CorruptFileException(
          source, "the precompiled_charsmap of its normalizer is not in Base64", e);
    }
  }

  private static boolean isEmptyText(JsonNode node) {
    return node.isTextual() && node.asText().isEmpty();
  }

  private static void checkModel(JsonNode model, String source) {
    if (model.path("dropout").asDouble() > 0) {
      throw new CorruptFileException(
          source,
          "its model has dropout %s: it would give other tokens each time. Set \"dropout\": null"
              .formatted(model.path("dropout").asText()));
    }
    JsonNode prefix = model.path("continuing_subword_prefix");
    if (!prefix.isTextual()) {
      return;
    }
    int cut = prefix.asText().getBytes(StandardCharsets.UTF_8).length;
    for (JsonNode merge : model.path("merges")) {
      String second =
          merge.isTextual()
              ? merge.asText().substring(merge.asText().indexOf(' ') + 1)
              : merge.path(1).asText("");
      byte[] bytes = second.getBytes(StandardCharsets.UTF_8);
      if (cut > bytes.length || cut < bytes.length && isInsideCharacter(bytes[cut])) {
        throw new CorruptFileException(
            source,
            "its model merges '%s', which does not begin with its continuing_subword_prefix '%s'"
                .formatted(second, prefix.asText()));
      }
    }
  }

  /** Whether a byte of UTF-8 goes on with a character. */
  static boolean isInsideCharacter(byte utf8) {
    return (utf8 & 0xC0) == 0x80;
  }
}
