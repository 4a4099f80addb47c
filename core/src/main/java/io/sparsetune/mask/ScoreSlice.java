package io.sparsetune.mask;

import java.io.Serializable;

/**
 * Scores of the positions [from, from + scores.length) of a tensor.
 *
 * @param scores 0 or more, finite
 */
public record ScoreSlice(int tensor, int from, float[] scores) implements Serializable {
  /** Positions in a slice (the last of a tensor has fewer): 1 MB of scores. */
  public static final int LENGTH = 1 << 18;
}
