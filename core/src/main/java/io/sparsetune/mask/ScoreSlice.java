package io.sparsetune.mask;

import io.sparsetune.kernels.Magnitudes;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Objects;

/**
 * Scores of the positions [from, from + size) of a tensor: the magnitudes of as many values. These
 * may be a part of a larger array, which is not copied unless the slice travels.
 *
 * @param values the array
 * @param offset where the slice's values start in it
 */
public record ScoreSlice(int tensor, int from, int size, float[] values, int offset)
    implements Serializable {
  /** Positions in a slice (the last of a tensor has fewer): 1 MB of scores. */
  public static final int LENGTH = 1 << 18;

  public ScoreSlice {
    Objects.checkFromIndexSize(offset, size, values.length);
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

  /** All i, rising, whose score's bits are at least these, which are those of a finite score. */
  int[] atLeast(int bits) {
    return Magnitudes.atLeast(Float.intBitsToFloat(bits), values, offset, size);
  }

  private Object writeReplace() {
    return size == values.length
        ? this
        : new ScoreSlice(tensor, from, Arrays.copyOfRange(values, offset, offset + size));
  }
}
