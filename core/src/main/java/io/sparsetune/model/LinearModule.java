package io.sparsetune.model;

import java.util.ArrayList;
import java.util.List;

/**
 * A linear layer of an encoder: its weight is [out, in].
 *
 * @param name without {@code .weight}
 */
public record LinearModule(String name, int out, int in) {
  /** Ends of names by which the layers can be called, those of one kind in all layers. */
  public static final List<String> KINDS =
      List.of(
          "query", "key", "value", "attention.output.dense", "intermediate.dense", "output.dense");

  /** All of them, in layout order. */
  public static List<LinearModule> of(EncoderConfig encoder) {
    int hidden = encoder.hiddenSize();
    int inner = encoder.intermediateSize();
    List<LinearModule> modules = new ArrayList<>();
    for (int i = 0; i < encoder.layers(); i++) {
      String layer = "encoder.layer." + i + ".";
      for (String projection : List.of("query", "key", "value")) {
        modules.add(new LinearModule(layer + "attention.self." + projection, hidden, hidden));
      }
      modules.add(new LinearModule(layer + "attention.output.dense", hidden, hidden));
      modules.add(new LinearModule(layer + "intermediate.dense", inner, hidden));
      modules.add(new LinearModule(layer + "output.dense", hidden, inner));
    }
    return modules;
  }

  /** Whether the name ends in those dotted parts; PEFT's rule. */
  public boolean isNamed(String end) {
    return ends(name, end);
  }

  static boolean ends(String name, String end) {
    return name.equals(end) || name.endsWith("." + end);
  }
}
