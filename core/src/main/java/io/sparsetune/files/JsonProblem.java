package io.sparsetune.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import io.sparsetune.error.Shown;
import java.util.LinkedHashMap;
import java.util.Map;

/** Says why a text is not JSON, without the words of the parser. */
final class JsonProblem {
  private static final int SHOWN = 60;
  private static final String REPEATED = "Duplicate field '";

  /** How the parser's messages begin or go on, and what they mean. */
  private static final Map<String, String> MEANINGS = new LinkedHashMap<>();

  static {
    MEANINGS.put("nesting depth", "it is nested too deep");
    MEANINGS.put("Number value length", "a number is too long");
    MEANINGS.put("String value length", "a text is too long");
    MEANINGS.put("ame length", "a key is too long");
    MEANINGS.put("Unexpected close marker", "a bracket closes what it did not open");
    MEANINGS.put(
        "Illegal unquoted character",
        "a line break or another control character in a text has to be escaped");
    MEANINGS.put("character escape", "a backslash stands before a character that needs none");
    MEANINGS.put("escape sequence", "a backslash stands before a character that needs none");
    MEANINGS.put("eading zeroes", "a number begins with zeroes");
    MEANINGS.put("Non-standard token", "NaN and infinity are no JSON");
    MEANINGS.put("umeric value", "a number is not written as JSON writes them");
    MEANINGS.put("Decimal point", "a number is not written as JSON writes them");
  }

  private JsonProblem() {}

  /**
   * @param rest the text from where it stops being JSON
   */
  static String of(JsonProcessingException e, String rest) {
    String message = String.valueOf(e.getOriginalMessage());
    if (message.startsWith(REPEATED)) {
      String key = message.substring(REPEATED.length());
      int end = key.lastIndexOf('\'');
      return "the key '" + cut(end < 0 ? key : key.substring(0, end)) + "' is there twice";
    }
    if (e instanceof JsonEOFException) {
      return "it ends too early";
    }
    for (Map.Entry<String, String> meaning : MEANINGS.entrySet()) {
      if (message.contains(meaning.getKey())) {
        return meaning.getValue();
      }
    }
    if (e instanceof StreamConstraintsException) {
      return "a part of it is too long";
    }
    return rest.isBlank()
        ? "it ends too early"
        : "it is not JSON from here on: " + cut(rest.strip().lines().findFirst().orElse(""));
  }

  private static String cut(String text) {
    return Shown.cut(text, SHOWN);
  }
}
