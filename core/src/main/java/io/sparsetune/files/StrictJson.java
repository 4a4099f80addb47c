package io.sparsetune.files;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.error.CorruptFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** JSON without leniency: UTF-8, whole characters, no repeated keys, nothing after the value. */
public final class StrictJson {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private StrictJson() {}

  /**
   * The object in a file.
   *
   * @param limit longest file accepted, in bytes
   * @throws CorruptFileException where it is not one JSON object
   */
  public static ObjectNode readObject(ByteSource file, int limit) {
    return parseObject(file.path(), decode(file.path(), file.readAll(limit), 0));
  }

  /**
   * The list in a file.
   *
   * @param limit longest file accepted, in bytes
   * @throws CorruptFileException where it is not one JSON list
   */
  public static ArrayNode readArray(ByteSource file, int limit) {
    String text = decode(file.path(), file.readAll(limit), 0);
    return parse(file.path(), text, ArrayNode.class, "list");
  }

  /**
   * The object in a text.
   *
   * @param path where the text stands, for messages
   */
  public static ObjectNode parseObject(String path, String text) {
    return parse(path, text, ObjectNode.class, "object");
  }

  private static <T extends JsonNode> T parse(
      String path, String text, Class<T> type, String name) {
    try (JsonParser parser = parser(path, text, 0)) {
      JsonNode tree = parser.readValueAsTree();
      if (!type.isInstance(tree)) {
        throw new CorruptFileException(path, "it is not a JSON " + name);
      }
      if (parser.nextToken() != null) {
        throw new CorruptFileException(
            path,
            "text follows the JSON %s, at byte ".formatted(name)
                + bytesBefore(text, parser.currentTokenLocation().getCharOffset()));
      }
      return type.cast(tree);
    } catch (JsonProcessingException e) {
      throw notJson(path, text, 0, e);
    } catch (IOException e) {
      throw new IllegalStateException("A string cannot fail to be read", e);
    }
  }

  /**
   * A strict parser to pull tokens from.
   *
   * @param offset of the text in the file, in bytes, for messages
   * @throws CorruptFileException for an escape of half a character, which no UTF-8 can hold
   */
  public static JsonParser parser(String path, String text, long offset) {
    int half = EscapedSurrogates.lone(text);
    if (half >= 0) {
      throw new CorruptFileException(
          path,
          "%s at byte %d is half of a character: a surrogate without the other"
              .formatted(text.substring(half, half + 6), offset + bytesBefore(text, half)));
    }
    try {
      return MAPPER.createParser(text);
    } catch (IOException e) {
      throw new IllegalStateException("A string cannot fail to be read", e);
    }
  }

  /** The error for a text that is not JSON, at the byte where it stops being so. */
  public static CorruptFileException notJson(
      String path, String text, long offset, JsonProcessingException e) {
    long at = e.getLocation() == null ? 0 : e.getLocation().getCharOffset();
    int from = (int) Math.max(0, Math.min(at, text.length()));
    return new CorruptFileException(
        path,
        "not valid JSON at byte %d: %s"
            .formatted(offset + bytesBefore(text, from), JsonProblem.of(e, text.substring(from))),
        e);
  }

  private static int bytesBefore(String text, long characters) {
    String before = text.substring(0, (int) Math.max(0, Math.min(characters, text.length())));
    return before.getBytes(StandardCharsets.UTF_8).length;
  }

  /**
   * UTF-8 to text, nothing replaced.
   *
   * @throws CorruptFileException naming the first byte that is not UTF-8
   */
  public static String decode(String path, ByteBuffer bytes, long offset) {
    int start = bytes.position();
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(bytes)
          .toString();
    } catch (CharacterCodingException e) {
      throw new CorruptFileException(
          path, "not UTF-8 at byte " + (offset + bytes.position() - start), e);
    }
  }
}
