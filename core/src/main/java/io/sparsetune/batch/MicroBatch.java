package io.sparsetune.batch;

import java.io.Serializable;

/**
 * What one thread pushes through the model at once: sequences of different lengths laid end to end,
 * without padding. Sequence i has the tokens [starts[i], starts[i+1]). An example has one sequence;
 * where it offers choices, one for each, and all examples have as many.
 *
 * @param tokenIds [tokens]
 * @param typeIds [tokens]
 * @param starts [sequences + 1], starts[0] = 0; every sequence has at least one token
 * @param targets [examples]: the index of the label or choice, or the value for regression
 */
public record MicroBatch(int[] tokenIds, int[] typeIds, int[] starts, float[] targets)
    implements Serializable {

  public MicroBatch {
    if (typeIds.length != tokenIds.length
        || starts.length == 0
        || !Shard.areWhole(starts.length - 1, targets.length)
        || starts[0] != 0
        || starts[starts.length - 1] != tokenIds.length) {
      throw new IllegalArgumentException("Invalid micro-batch: its arrays do not fit each other");
    }
  }

  public int examples() {
    return targets.length;
  }

  /** Examples times choices. */
  public int sequences() {
    return starts.length - 1;
  }

  public int tokens() {
    return tokenIds.length;
  }
}
