package io.sparsetune.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Changes YAML: drops and adds lines, renames keys, replaces values, puts in signs.
 *
 * @param keys dotted names of keys
 */
public record YamlMutation(List<String> keys) implements Mutation {
  private static final Pattern VALUE = Pattern.compile("(?<=: )[^,{}\\n]++");
  private static final Pattern KEY = Pattern.compile("(?<![a-z_0-9])[a-z_0-9]++(?=:)");
  private static final List<String> VALUES =
      List.of(
          "null",
          "~",
          "",
          "[]",
          "{}",
          "[a, b]",
          "true",
          "1e308",
          "1e309",
          "-1e400",
          ".inf",
          ".nan",
          "0x10",
          "0b1",
          "1_000",
          "2147483648",
          "9223372036854775808",
          "1e999999999",
          "-0.0",
          "5.",
          "+3",
          "00012",
          "!!java.lang.ProcessBuilder [x]",
          "!!python/object:os",
          "&a [x]",
          "*a",
          "\"\\e[31m\"",
          "\"\\0\"",
          "\"\\uD800\"",
          "\"\\x7f\"",
          "\"a\\u2028b\"",
          "\"a\\Nb\"",
          "|\n  x",
          ">\n  x",
          "'it''s'",
          "\"\\q\"",
          "@x",
          "%x",
          "{{ base }}",
          "sam",
          "diff",
          "lora",
          "adapter",
          "file",
          "full",
          "none",
          "global",
          "lee",
          "paper",
          "regression",
          "spans",
          "multiple_choice",
          "f1",
          "pearson",
          "bf16",
          "jsonl");
  private static final List<String> SIGNS =
      List.of(
          "[",
          "]",
          "{",
          "}",
          ":",
          "\n",
          "\t",
          "- ",
          "? ",
          "#",
          "'",
          "\"",
          "&x ",
          "*x ",
          "---\n",
          "...\n",
          "%YAML 1.2\n",
          "<<: ",
          "\0",
          "\u2028",
          "\u0085");

  @Override
  public byte[] apply(byte[] example, Dice dice) {
    if (dice.oneIn(8)) {
      return ByteMutation.BYTES.apply(example, dice);
    }
    String text = new String(example, StandardCharsets.UTF_8);
    for (int i = dice.below(4); i >= 0; i--) {
      text = once(text, dice);
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private String once(String text, Dice dice) {
    return switch (dice.below(7)) {
      case 0 -> {
        List<String> lines = new ArrayList<>(text.lines().toList());
        if (!lines.isEmpty()) {
          lines.remove(dice.below(lines.size()));
        }
        yield String.join("\n", lines) + "\n";
      }
      case 1 -> text + dice.of(keys) + ": " + value(dice) + "\n";
      case 2, 3, 4 -> replaced(text, VALUE, value(dice), dice);
      case 5 -> {
        String key = dice.of(keys);
        yield replaced(text, KEY, key.substring(key.lastIndexOf('.') + 1), dice);
      }
      default -> {
        int at = dice.below(text.length());
        yield text.substring(0, at) + dice.of(SIGNS) + text.substring(at);
      }
    };
  }

  private static String replaced(String text, Pattern pattern, String by, Dice dice) {
    List<MatchResult> found = pattern.matcher(text).results().toList();
    if (found.isEmpty()) {
      return text;
    }
    MatchResult one = dice.of(found);
    return text.substring(0, one.start()) + by + text.substring(one.end());
  }

  private static String value(Dice dice) {
    return switch (dice.below(12)) {
      case 0 -> dice.text();
      case 1 -> "\"" + dice.text() + "\"";
      case 2 -> Long.toString(dice.number());
      case 3 -> "9".repeat(100_000) + "x";
      case 4 -> "[".repeat(dice.of(List.of(60, 600, 20_000)));
      default -> dice.of(VALUES);
    };
  }
}
