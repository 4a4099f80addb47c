package io.sparsetune.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.Map;

/** Writes the JSON of a run's files. */
final class Json {
  private static final ObjectMapper LINE = new ObjectMapper();
  private static final ObjectMapper PRETTY =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private Json() {}

  /** One line, without its end. */
  static String line(Map<String, ?> values) {
    return write(LINE, values);
  }

  /** For people to read; ends with a line break. */
  static String pretty(Map<String, ?> values) {
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
