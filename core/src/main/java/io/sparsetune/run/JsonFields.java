package io.sparsetune.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.Shown;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The fields of a JSON object, each of the type that a reader asks for. Every method throws {@link
 * CorruptFileException} for a field of another type.
 *
 * @param file for messages
 * @param prefix of the fields' names in messages: the path of this object and a dot
 */
record JsonFields(String file, String prefix, ObjectNode json) {
  private static final int SHOWN = 200;

  static JsonFields of(String file, ObjectNode json) {
    return new JsonFields(file, "", json);
  }

  boolean has(String key) {
    return json.has(key);
  }

  JsonFields object(String key) {
    if (json.get(key) instanceof ObjectNode object) {
      return new JsonFields(file, prefix + key + ".", object);
    }
    throw invalid(key, "an object");
  }

  /** Empty where there is no such field. */
  Optional<JsonFields> optional(String key) {
    return has(key) ? Optional.of(object(key)) : Optional.empty();
  }

  /** The objects of a list; none where there is no such field. */
  List<JsonFields> objects(String key) {
    List<JsonFields> objects = new ArrayList<>();
    for (JsonNode each : list(key)) {
      if (!(each instanceof ObjectNode object)) {
        throw invalid(key, "a list of objects");
      }
      objects.add(new JsonFields(file, prefix + key + ".", object));
    }
    return objects;
  }

  private JsonNode list(String key) {
    JsonNode list = json.path(key);
    if (!list.isMissingNode() && !list.isArray()) {
      throw invalid(key, "a list");
    }
    return list;
  }

  String text(String key) {
    if (!json.path(key).isTextual()) {
      throw invalid(key, "a text");
    }
    return json.path(key).asText();
  }

  /** Empty where there is no such field. */
  Optional<String> optionalText(String key) {
    return has(key) ? Optional.of(text(key)) : Optional.empty();
  }

  /** The texts of a list; none where there is no such field. */
  List<String> texts(String key) {
    List<String> texts = new ArrayList<>();
    for (JsonNode each : list(key)) {
      if (!each.isTextual()) {
        throw invalid(key, "a list of texts");
      }
      texts.add(each.asText());
    }
    return texts;
  }

  /** The texts of an object by name; none where there is no such field. */
  Map<String, String> textsByName(String key) {
    Map<String, String> texts = new LinkedHashMap<>();
    optional(key)
        .ifPresent(
            object ->
                object
                    .json()
                    .fieldNames()
                    .forEachRemaining(name -> texts.put(name, object.text(name))));
    return Collections.unmodifiableMap(texts);
  }

  long whole(String key) {
    JsonNode number = json.path(key);
    if (!number.isIntegralNumber() || !number.canConvertToLong()) {
      throw invalid(key, "a whole number");
    }
    return number.asLong();
  }

  int count(String key) {
    long number = whole(key);
    if (number < 0 || number > Integer.MAX_VALUE) {
      throw invalid(key, "a whole number, 0 to " + Integer.MAX_VALUE);
    }
    return (int) number;
  }

  boolean truth(String key) {
    if (!json.path(key).isBoolean()) {
      throw invalid(key, "true or false");
    }
    return json.path(key).asBoolean();
  }

  /** A number; what is none or infinite is written as a text. */
  double number(String key) {
    JsonNode number = json.path(key);
    if (number.isNumber()) {
      return number.asDouble();
    }
    return switch (number.isTextual() ? number.asText() : "") {
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default -> throw invalid(key, "a number");
    };
  }

  CorruptFileException invalid(String key, String expected) {
    return invalid(file, prefix + key, json.path(key), expected);
  }

  static CorruptFileException invalid(String file, String key, JsonNode value, String expected) {
    return new CorruptFileException(
        file, "its %s is %s; expected %s".formatted(key, shown(value), expected));
  }

  static String shown(JsonNode value) {
    return value.isMissingNode() ? "missing" : Shown.cut(value.toString(), SHOWN);
  }
}
