package io.sparsetune.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Changes a file of lines: drops, repeats and moves lines, ends them otherwise, puts texts into
 * them and changes single ones.
 *
 * @param line changes one line
 * @param texts what means something in the format
 */
public record LinesMutation(Mutation line, List<String> texts) implements Mutation {
  private static final List<String> ENDS =
      List.of("\n", "\r\n", "\r", "\n\n", "\n\r", "\u2028", "");

  @Override
  public byte[] apply(byte[] example, Dice dice) {
    if (dice.oneIn(8)) {
      return ByteMutation.BYTES.apply(example, dice);
    }
    List<String> lines = new ArrayList<>(utf8(example).lines().toList());
    for (int i = dice.below(4); i >= 0 && !lines.isEmpty(); i--) {
      once(lines, dice);
    }
    StringBuilder out = new StringBuilder();
    String end = dice.of(ENDS.subList(0, 3));
    for (String text : lines) {
      out.append(text).append(dice.oneIn(10) ? dice.of(ENDS) : end);
    }
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void once(List<String> lines, Dice dice) {
    int at = dice.below(lines.size());
    String text = lines.get(at);
    switch (dice.below(6)) {
      case 0 -> lines.remove(at);
      case 1 -> lines.add(dice.below(lines.size() + 1), text);
      case 2 -> lines.set(at, utf8(line.apply(text.getBytes(StandardCharsets.UTF_8), dice)));
      default -> {
        int cut = dice.below(text.length() + 1);
        String put = texts.isEmpty() || dice.oneIn(3) ? dice.text() : dice.of(texts);
        lines.set(at, text.substring(0, cut) + put + text.substring(cut));
      }
    }
  }

  private static String utf8(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
