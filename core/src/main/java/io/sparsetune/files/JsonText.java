package io.sparsetune.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.Map;

/** Maps of values written as JSON. */
public final class JsonText {
  private static final ObjectMapper LINE = new ObjectMapper();
  private static final ObjectMapper PRETTY =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private JsonText() {}

  /** One line, without its end. */
  public static String line(Map<String, ?> values) {
    return write(LINE, values);
  }

  /** Several lines for people to read; ends with a line break. */
  public static String pretty(Map<String, ?> values) {
    return write(PRETTY, values) + "\n";
  }

  private static String write(ObjectMapper mapper, Map<String, ?> values) {
    try {
      return mapper.writeValueAsString(values);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Cannot write JSON", e);
    }
  }
}
