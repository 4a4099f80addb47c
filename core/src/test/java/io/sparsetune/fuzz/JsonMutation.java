package io.sparsetune.fuzz;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Changes JSON: drops, repeats, renames, moves and replaces values; now and then the bytes.
 *
 * @param keys names that mean something in the format
 * @param values raw JSON that means something in the format
 */
public record JsonMutation(List<String> keys, List<String> values) implements Mutation {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> LEAVES =
      List.of(
          "null",
          "true",
          "false",
          "{}",
          "[]",
          "\"\"",
          "0",
          "-1",
          "1.0",
          "-0.0",
          "1E+2",
          "1e308",
          "-1e400",
          "1e-400",
          "1e999999999",
          "NaN",
          "Infinity",
          "[null,null]",
          "[[1,2],[3]]",
          "0123",
          "+1",
          ".5",
          "1.",
          "'a'",
          "//",
          "2147483648",
          "9223372036854775808");

  @Override
  public byte[] apply(byte[] example, Dice dice) {
    return dice.oneIn(8)
        ? ByteMutation.BYTES.apply(example, dice)
        : text(new String(example, StandardCharsets.UTF_8), dice).getBytes(StandardCharsets.UTF_8);
  }

  /** The text changed; as it is where it is not JSON. */
  String text(String example, Dice dice) {
    RawJson root;
    try {
      root = RawJson.of(JSON.readTree(example));
    } catch (JsonProcessingException e) {
      return example;
    }
    for (int i = dice.below(3); i >= 0; i--) {
      List<RawJson> all = root.all();
      once(dice.of(all), all, dice);
    }
    StringBuilder out = new StringBuilder();
    root.write(out);
    return out.toString();
  }

  private void once(RawJson node, List<RawJson> all, Dice dice) {
    if (node.children.isEmpty()) {
      become(node, RawJson.leaf(value(dice)));
      return;
    }
    int at = dice.below(node.children.size());
    boolean object = node.kind == RawJson.Kind.OBJECT;
    switch (dice.below(7)) {
      case 0 -> {
        node.children.remove(at);
        if (object) {
          node.keys.remove(at);
        }
      }
      case 1 -> {
        node.children.add(node.children.get(at).copy());
        if (object) {
          node.keys.add(dice.oneIn(2) ? node.keys.get(at) : key(dice));
        }
      }
      case 2 -> {
        if (object) {
          node.keys.set(at, key(dice));
        }
      }
      case 3 -> node.children.set(at, dice.of(all).copy());
      case 4 -> {
        node.children.add(RawJson.leaf(value(dice)));
        if (object) {
          node.keys.add(key(dice));
        }
      }
      default -> become(node.children.get(at), RawJson.leaf(value(dice)));
    }
  }

  private static void become(RawJson node, RawJson other) {
    node.kind = other.kind;
    node.leaf = other.leaf;
    node.keys.clear();
    node.children.clear();
  }

  private String key(Dice dice) {
    return RawJson.quoted(keys.isEmpty() || dice.oneIn(5) ? dice.text() : dice.of(keys));
  }

  private String value(Dice dice) {
    return switch (dice.below(8)) {
      case 0 -> RawJson.quoted(dice.text());
      case 1 -> Long.toString(dice.number());
      case 2 -> dice.of(LEAVES);
      case 3 -> nested(dice);
      case 4 -> "1" + "0".repeat(dice.below(1_200));
      default -> values.isEmpty() ? dice.of(LEAVES) : dice.of(values);
    };
  }

  private static String nested(Dice dice) {
    int depth = dice.of(List.of(3, 60, 101, 400, 1_001, 20_000));
    return dice.oneIn(2)
        ? "[".repeat(depth) + "]".repeat(depth)
        : "{\"a\":".repeat(depth) + "1" + "}".repeat(depth);
  }
}
