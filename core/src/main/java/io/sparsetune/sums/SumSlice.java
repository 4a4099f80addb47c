package io.sparsetune.sums;

import io.sparsetune.mask.ScoreSlice;
import java.io.Serializable;

/**
 * A part of a {@link ScoreSum}: the sums of the positions [from, from + sums.length) of a tensor,
 * in multiples of the unit. What is shuffled between executors.
 */
public record SumSlice(int tensor, int from, double unit, long[] sums) implements Serializable {

  /**
   * Adds all of the other to this one's array; exact, whatever the order. After an exception it may
   * have been added in part.
   *
   * @return this
   * @throws IllegalArgumentException for slices of different places
   * @throws NotFiniteException when a sum is out of range
   */
  public SumSlice merge(SumSlice other) {
    if (other.tensor != tensor
        || other.from != from
        || other.unit != unit
        || other.sums.length != sums.length) {
      throw new IllegalArgumentException("Invalid slices: they are of different places");
    }
    FixedPoint.mergeAll(other.sums, sums, "gradient");
    return this;
  }

  /** |sum|, rounded to single precision. */
  public ScoreSlice scores() {
    float[] scores = new float[sums.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = (float) Math.abs(sums[i] * unit);
    }
    return new ScoreSlice(tensor, from, scores);
  }

  private Object writeReplace() {
    return new Packed(tensor, from, unit, new PackedLongs(sums));
  }

  /** As it is serialized. */
  private record Packed(int tensor, int from, double unit, PackedLongs sums)
      implements Serializable {
    private Object readResolve() {
      return new SumSlice(tensor, from, unit, sums.numbers());
    }
  }
}
