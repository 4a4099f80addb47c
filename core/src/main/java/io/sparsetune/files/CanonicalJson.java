package io.sparsetune.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Map;
import java.util.TreeMap;

/** JSON that is the same text for the same content: sorted keys, no blanks, shortest numbers. */
public final class CanonicalJson {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.withExactBigDecimals(true);

  private CanonicalJson() {}

  public static String write(JsonNode node) {
    try {
      return MAPPER.writeValueAsString(canonical(node));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A tree of JSON cannot fail to be written", e);
    }
  }

  /** Rounded to the fewest decimal digits that give the number back, whatever the JDK prints. */
  public static String number(double value) {
    return shortest(value).toString();
  }

  /** The decimal of fewest digits that gives the float back, as a double, whatever the JDK. */
  public static double decimal(float value) {
    if (!Float.isFinite(value)) {
      return value;
    }
    BigDecimal exact = new BigDecimal(value);
    for (int digits = 1; digits < 9; digits++) {
      BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (Float.parseFloat(rounded.toString()) == value) {
        return rounded.doubleValue();
      }
    }
    return exact.round(new MathContext(9, RoundingMode.HALF_EVEN)).doubleValue();
  }

  private static JsonNode canonical(JsonNode node) {
    if (node.isObject()) {
      Map<String, JsonNode> sorted = new TreeMap<>();
      node.properties().forEach(e -> sorted.put(e.getKey(), canonical(e.getValue())));
      ObjectNode object = NODES.objectNode();
      sorted.forEach(object::set);
      return object;
    }
    if (node.isArray()) {
      ArrayNode array = NODES.arrayNode();
      node.forEach(e -> array.add(canonical(e)));
      return array;
    }
    return node.isFloatingPointNumber() ? DecimalNode.valueOf(shortest(node.asDouble())) : node;
  }

  private static BigDecimal shortest(double value) {
    BigDecimal exact = new BigDecimal(value);
    for (int digits = 1; digits < 17; digits++) {
      BigDecimal rounded = exact.round(new MathContext(digits));
      if (rounded.doubleValue() == value) {
        return rounded.stripTrailingZeros();
      }
    }
    return exact.round(new MathContext(17)).stripTrailingZeros();
  }
}
