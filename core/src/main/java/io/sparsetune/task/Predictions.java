package io.sparsetune.task;

import java.io.Serializable;

/**
 * The model's outputs for a data set, in rank order.
 *
 * @param logits [examples × outputs], example by example
 * @param targets [examples]
 */
public record Predictions(int outputs, float[] logits, float[] targets) implements Serializable {
  public int examples() {
    return targets.length;
  }
}
