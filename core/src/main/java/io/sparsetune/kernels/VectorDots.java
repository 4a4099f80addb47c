package io.sparsetune.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Dot products in 16 partial sums, one vector of 16 lanes or two of 8 (low and high), four products
 * at a time where they share a row. A last part of fewer than 16 elements is read past its end
 * (inside the array) and only its own lanes are kept.
 */
final class VectorDots {
  /** On CPUs with 4 lanes the dots stay scalar. */
  static final boolean USABLE = VectorLanes.COUNT >= 8;

  private static final VectorSpecies<Float> S = VectorLanes.FLOATS;
  private static final int L = VectorLanes.COUNT;
  private static final int PARTS = 16;

  /** Whether there is a high vector. */
  private static final boolean TWO = L < PARTS;

  private static final float[] NUMBERS = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

  private final float[] sums = new float[4 * PARTS];

  /** Whether the last part of n elements at either offset can be read as 16. */
  static boolean fits(float[] a, int aOffset, float[] b, int bOffset, int n) {
    int end = (n + PARTS - 1) / PARTS * PARTS;
    return USABLE && aOffset + end <= a.length && bOffset + end <= b.length;
  }

  private static VectorMask<Float> below(int count) {
    return FloatVector.fromArray(S, NUMBERS, 0).compare(VectorOperators.LT, (float) count);
  }

  float one(float[] a, int aOffset, float[] b, int bOffset, int n) {
    FloatVector low = FloatVector.zero(S);
    FloatVector high = FloatVector.zero(S);
    int whole = n - n % PARTS;
    for (int i = 0; i < whole; i += PARTS) {
      low =
          FloatVector.fromArray(S, a, aOffset + i)
              .fma(FloatVector.fromArray(S, b, bOffset + i), low);
      if (TWO) {
        high =
            FloatVector.fromArray(S, a, aOffset + i + L)
                .fma(FloatVector.fromArray(S, b, bOffset + i + L), high);
      }
    }
    if (whole < n) {
      FloatVector v =
          FloatVector.fromArray(S, a, aOffset + whole)
              .fma(FloatVector.fromArray(S, b, bOffset + whole), low);
      low = low.blend(v, below(n - whole));
      if (TWO) {
        v =
            FloatVector.fromArray(S, a, aOffset + whole + L)
                .fma(FloatVector.fromArray(S, b, bOffset + whole + L), high);
        high = high.blend(v, below(n - whole - L));
      }
    }
    return total(low, high, 0);
  }

  float sum(float[] a, int aOffset, int n) {
    FloatVector low = FloatVector.zero(S);
    FloatVector high = FloatVector.zero(S);
    int whole = n - n % PARTS;
    for (int i = 0; i < whole; i += PARTS) {
      low = low.add(FloatVector.fromArray(S, a, aOffset + i));
      if (TWO) {
        high = high.add(FloatVector.fromArray(S, a, aOffset + i + L));
      }
    }
    if (whole < n) {
      low = low.blend(low.add(FloatVector.fromArray(S, a, aOffset + whole)), below(n - whole));
      if (TWO) {
        high =
            high.blend(
                high.add(FloatVector.fromArray(S, a, aOffset + whole + L)), below(n - whole - L));
      }
    }
    return total(low, high, 0);
  }

  /** Products of one row of a with four rows of b, into out[to] to out[to + 3]. */
  void four(
      float[] a, int row, float[] b, int b0, int b1, int b2, int b3, int n, float[] out, int to) {
    FloatVector low0, low1, low2, low3, high0, high1, high2, high3;
    low0 = low1 = low2 = low3 = high0 = high1 = high2 = high3 = FloatVector.zero(S);
    int whole = n - n % PARTS;
    for (int i = 0; i < whole; i += PARTS) {
      FloatVector v = FloatVector.fromArray(S, a, row + i);
      low0 = v.fma(FloatVector.fromArray(S, b, b0 + i), low0);
      low1 = v.fma(FloatVector.fromArray(S, b, b1 + i), low1);
      low2 = v.fma(FloatVector.fromArray(S, b, b2 + i), low2);
      low3 = v.fma(FloatVector.fromArray(S, b, b3 + i), low3);
      if (TWO) {
        v = FloatVector.fromArray(S, a, row + i + L);
        high0 = v.fma(FloatVector.fromArray(S, b, b0 + i + L), high0);
        high1 = v.fma(FloatVector.fromArray(S, b, b1 + i + L), high1);
        high2 = v.fma(FloatVector.fromArray(S, b, b2 + i + L), high2);
        high3 = v.fma(FloatVector.fromArray(S, b, b3 + i + L), high3);
      }
    }
    if (whole < n) {
      VectorMask<Float> mask = below(n - whole);
      FloatVector v = FloatVector.fromArray(S, a, row + whole);
      low0 = low0.blend(v.fma(FloatVector.fromArray(S, b, b0 + whole), low0), mask);
      low1 = low1.blend(v.fma(FloatVector.fromArray(S, b, b1 + whole), low1), mask);
      low2 = low2.blend(v.fma(FloatVector.fromArray(S, b, b2 + whole), low2), mask);
      low3 = low3.blend(v.fma(FloatVector.fromArray(S, b, b3 + whole), low3), mask);
      if (TWO) {
        mask = below(n - whole - L);
        v = FloatVector.fromArray(S, a, row + whole + L);
        high0 = high0.blend(v.fma(FloatVector.fromArray(S, b, b0 + whole + L), high0), mask);
        high1 = high1.blend(v.fma(FloatVector.fromArray(S, b, b1 + whole + L), high1), mask);
        high2 = high2.blend(v.fma(FloatVector.fromArray(S, b, b2 + whole + L), high2), mask);
        high3 = high3.blend(v.fma(FloatVector.fromArray(S, b, b3 + whole + L), high3), mask);
      }
    }
    out[to] = total(low0, high0, 0);
    out[to + 1] = total(low1, high1, PARTS);
    out[to + 2] = total(low2, high2, 2 * PARTS);
    out[to + 3] = total(low3, high3, 3 * PARTS);
  }

  /** The reduction tree; each product has a place i of its own, so that none waits for another. */
  private float total(FloatVector low, FloatVector high, int i) {
    float[] s = sums;
    if (TWO) {
      low.add(high).intoArray(s, i);
    } else {
      low.intoArray(s, i);
      for (int j = i; j < i + 8; j++) {
        s[j] += s[j + 8];
      }
    }
    float s0 = (s[i] + s[i + 4]) + (s[i + 2] + s[i + 6]);
    float s1 = (s[i + 1] + s[i + 5]) + (s[i + 3] + s[i + 7]);
    return s0 + s1;
  }
}
