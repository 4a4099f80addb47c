package io.sparsetune.table;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Reads a line of jsonl: one JSON object in UTF-8 and nothing else, within limits. */
final class JsonLine {
  /** Most objects and lists in one another, the row's own object among them. */
  static final int DEEPEST = 100;

  private static final int LONGEST_NUMBER = 1_000;
  private static final int LONGEST_NAME = 50_000;

  /** What Spark reads although it is no JSON is read here too. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEEPEST)
                  .maxNumberLength(LONGEST_NUMBER)
                  .maxNameLength(LONGEST_NAME)
                  .maxStringLength(Records.LONGEST)
                  .build())
          .build();

  private JsonLine() {}

  /** Reads an object, from its opening bracket to its closing one. */
  interface ObjectReader {
    void read(JsonParser parser) throws IOException;
  }

  /** Why the line cannot be a row; empty where it can. */
  static String problem(byte[] line, ObjectReader reader) {
    try (JsonParser parser = JSON.createParser(line)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return breaks(line);
      }
      try {
        reader.read(parser);
      } catch (StreamConstraintsException e) {
        return parser.getParsingContext().getNestingDepth() >= DEEPEST
            ? "it has objects or lists nested more than %d deep".formatted(DEEPEST)
            : "it has a number of more than %,d characters, or a key of more than %,d"
                .formatted(LONGEST_NUMBER, LONGEST_NAME);
      }
      return parser.nextToken() == null ? "" : breaks(line);
    } catch (IOException e) {
      return breaks(line);
    }
  }

  private static String breaks(byte[] line) {
    String beginning = new String(line, 0, Math.min(line.length, 400), StandardCharsets.UTF_8);
    return "it breaks the format: " + BadRow.cut(beginning);
  }
}
