package io.sparsetune.text;

import java.io.Serializable;

/**
 * What one thread pushes through the model at once: examples of different lengths laid end to end,
 * without padding. Example i has the tokens [starts[i], starts[i+1]).
 *
 * @param tokenIds [tokens]
 * @param typeIds [tokens]
 * @param starts [examples + 1], starts[0] = 0; every example has at least one token
 * @param targets [examples]: the label's index, or the value for regression
 */
public record MicroBatch(int[] tokenIds, int[] typeIds, int[] starts, float[] targets)
    implements Serializable {

  public MicroBatch {
    if (typeIds.length != tokenIds.length
        || starts.length != targets.length + 1
        || starts[0] != 0
        || starts[targets.length] != tokenIds.length) {
      throw new IllegalArgumentException("Invalid micro-batch: its arrays do not fit each other");
    }
  }

  public int examples() {
    return targets.length;
  }

  public int tokens() {
    return tokenIds.length;
  }
}
