package io.sparsetune.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Dot products in 16 partial sums: two vectors of 8 lanes, four products at a time where they share
 * a row. A last part of fewer than 16 elements is read past its end (inside the array) and only its
 * own lanes are kept.
 */
final class VectorDots {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_256;
  private static final int L = 8;
  private static final int PARTS = 16;
  private static final float[] NUMBERS = {0, 1, 2, 3, 4, 5, 6, 7};

  private final float[] sums = new float[4 * L];

  /** Whether the last part of n elements at either offset can be read as 16. */
  static boolean fits(float[] a, int aOffset, float[] b, int bOffset, int n) {
    int end = (n + PARTS - 1) / PARTS * PARTS;
    return aOffset + end <= a.length && bOffset + end <= b.length;
  }

  private static VectorMask<Float> below(int count) {
    return FloatVector.fromArray(S, NUMBERS, 0).compare(VectorOperators.LT, (float) count);
  }

  float one(float[] a, int aOffset, float[] b, int bOffset, int n) {
    FloatVector low = FloatVector.zero(S);
    FloatVector high = low;
    int whole = n - n % PARTS;
    for (int i = 0; i < whole; i += PARTS) {
      low =
          FloatVector.fromArray(S, a, aOffset + i)
              .fma(FloatVector.fromArray(S, b, bOffset + i), low);
      high =
          FloatVector.fromArray(S, a, aOffset + i + L)
              .fma(FloatVector.fromArray(S, b, bOffset + i + L), high);
    }
    if (whole < n) {
      FloatVector v =
          FloatVector.fromArray(S, a, aOffset + whole)
              .fma(FloatVector.fromArray(S, b, bOffset + whole), low);
      low = low.blend(v, below(n - whole));
      v =
          FloatVector.fromArray(S, a, aOffset + whole + L)
              .fma(FloatVector.fromArray(S, b, bOffset + whole + L), high);
      high = high.blend(v, below(n - whole - L));
    }
    low.add(high).intoArray(sums, 0);
    return total(sums, 0);
  }

  float sum(float[] a, int aOffset, int n) {
    FloatVector low = FloatVector.zero(S);
    FloatVector high = low;
    int whole = n - n % PARTS;
    for (int i = 0; i < whole; i += PARTS) {
      low = low.add(FloatVector.fromArray(S, a, aOffset + i));
      high = high.add(FloatVector.fromArray(S, a, aOffset + i + L));
    }
    if (whole < n) {
      FloatVector v = low.add(FloatVector.fromArray(S, a, aOffset + whole));
      low = low.blend(v, below(n - whole));
      v = high.add(FloatVector.fromArray(S, a, aOffset + whole + L));
      high = high.blend(v, below(n - whole - L));
    }
    low.add(high).intoArray(sums, 0);
    return total(sums, 0);
  }

  /** Products of one row of a with four rows of b, into out[to] to out[to + 3]. */
  void four(
      float[] a, int at, float[] b, int b0, int b1, int b2, int b3, int n, float[] out, int to) {
    FloatVector low0, low1, low2, low3, high0, high1, high2, high3;
    low0 = low1 = low2 = low3 = high0 = high1 = high2 = high3 = FloatVector.zero(S);
    int whole = n - n % PARTS;
    for (int i = 0; i < whole; i += PARTS) {
      FloatVector v = FloatVector.fromArray(S, a, at + i);
      low0 = v.fma(FloatVector.fromArray(S, b, b0 + i), low0);
      low1 = v.fma(FloatVector.fromArray(S, b, b1 + i), low1);
      low2 = v.fma(FloatVector.fromArray(S, b, b2 + i), low2);
      low3 = v.fma(FloatVector.fromArray(S, b, b3 + i), low3);
      v = FloatVector.fromArray(S, a, at + i + L);
      high0 = v.fma(FloatVector.fromArray(S, b, b0 + i + L), high0);
      high1 = v.fma(FloatVector.fromArray(S, b, b1 + i + L), high1);
      high2 = v.fma(FloatVector.fromArray(S, b, b2 + i + L), high2);
      high3 = v.fma(FloatVector.fromArray(S, b, b3 + i + L), high3);
    }
    if (whole < n) {
      VectorMask<Float> mask = below(n - whole);
      FloatVector v = FloatVector.fromArray(S, a, at + whole);
      low0 = low0.blend(v.fma(FloatVector.fromArray(S, b, b0 + whole), low0), mask);
      low1 = low1.blend(v.fma(FloatVector.fromArray(S, b, b1 + whole), low1), mask);
      low2 = low2.blend(v.fma(FloatVector.fromArray(S, b, b2 + whole), low2), mask);
      low3 = low3.blend(v.fma(FloatVector.fromArray(S, b, b3 + whole), low3), mask);
      mask = below(n - whole - L);
      v = FloatVector.fromArray(S, a, at + whole + L);
      high0 = high0.blend(v.fma(FloatVector.fromArray(S, b, b0 + whole + L), high0), mask);
      high1 = high1.blend(v.fma(FloatVector.fromArray(S, b, b1 + whole + L), high1), mask);
      high2 = high2.blend(v.fma(FloatVector.fromArray(S, b, b2 + whole + L), high2), mask);
      high3 = high3.blend(v.fma(FloatVector.fromArray(S, b, b3 + whole + L), high3), mask);
    }
    low0.add(high0).intoArray(sums, 0);
    low1.add(high1).intoArray(sums, L);
    low2.add(high2).intoArray(sums, 2 * L);
    low3.add(high3).intoArray(sums, 3 * L);
    out[to] = total(sums, 0);
    out[to + 1] = total(sums, L);
    out[to + 2] = total(sums, 2 * L);
    out[to + 3] = total(sums, 3 * L);
  }

  /** The reduction tree from its second level on. */
  private static float total(float[] s, int i) {
    float s0 = (s[i] + s[i + 4]) + (s[i + 2] + s[i + 6]);
    float s1 = (s[i + 1] + s[i + 5]) + (s[i + 3] + s[i + 7]);
    return s0 + s1;
  }
}
