package io.sparsetune.mask;

import io.sparsetune.kernels.Magnitudes;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Objects;

/**
 * Scores of the positions [from, from + size) of a tensor, or of some behind {@code from}: the
 * magnitudes of as many values. These may be a part of a larger array, which is not copied unless
 * the slice travels.
 *
 * @param values the array
 * @param offset where the slice's values start in it
 * @param steps how far behind {@code from} each value's position is, rising; empty where they
 *     follow one another
 */
public record ScoreSlice(int tensor, int from, int size, float[] values, int offset, int[] steps)
    implements Serializable {
  /** Positions in a slice (the last of a tensor has fewer): 1 MB of scores. */
  public static final int LENGTH = 1 << 18;

  private static final int[] ALL = {};

  public ScoreSlice {
    Objects.checkFromIndexSize(offset, size, values.length);
    if (steps.length != 0 && steps.length != size) {
      throw new IllegalArgumentException(
          "Invalid slice: %d steps for %d scores".formatted(steps.length, size));
    }
  }

  /** Of positions that follow one another. */
  public ScoreSlice(int tensor, int from, int size, float[] values, int offset) {
    this(tensor, from, size, values, offset, ALL);
  }

  /** All of an array. */
  public ScoreSlice(int tensor, int from, float[] values) {
    this(tensor, from, values.length, values, 0);
  }

  /**
   * @param i from 0 to size − 1
   */
  public float score(int i) {
    return Math.abs(values[offset + i]);
  }

  /** The bits of {@link #score}; of finite scores they are in the scores' own order. */
  int bits(int i) {
    return Float.floatToRawIntBits(values[offset + i]) & Integer.MAX_VALUE;
  }

  /** The position in the tensor. */
  int position(int i) {
    return from + (steps.length == 0 ? i : steps[i]);
  }

  /** Only the scores of those i, rising. */
  ScoreSlice only(int[] chosen) {
    float[] few = new float[chosen.length];
    int[] fewSteps = new int[chosen.length];
    for (int q = 0; q < few.length; q++) {
      few[q] = values[offset + chosen[q]];
      fewSteps[q] = position(chosen[q]) - from;
    }
    return new ScoreSlice(tensor, from, few.length, few, 0, fewSteps);
  }

  /** All i, rising, whose score's bits are at least these, which are those of a finite score. */
  int[] atLeast(int bits) {
    return Magnitudes.atLeast(Float.intBitsToFloat(bits), values, offset, size);
  }

  private Object writeReplace() {
    return size == values.length
        ? this
        : new ScoreSlice(
            tensor, from, size, Arrays.copyOfRange(values, offset, offset + size), 0, steps);
  }
}
