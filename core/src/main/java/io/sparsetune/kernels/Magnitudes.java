package io.sparsetune.kernels;

import java.util.Arrays;

/** Finds the few large values among many. Thread-safe. */
public final class Magnitudes {
  /** Values that the scalar form looks at together. */
  private static final int RUN = 16;

  private Magnitudes() {}

  /**
   * All i in [0, n), rising, where |x[offset + i]| is not below {@code least}, NaN included.
   *
   * @param least from 0 to infinity
   */
  public static int[] atLeast(float least, float[] x, int offset, int n) {
    boolean vectors = KernelLoader.vectors();
    int run = vectors ? VectorMagnitudes.RUN : RUN;
    int[] runs = new int[n / run + 1];
    int count =
        vectors
            ? VectorMagnitudes.runs(least, x, offset, n, runs)
            : runs(least, x, offset, n, runs);
    if (n % run > 0) {
      runs[count++] = n - n % run;
    }
    int[] found = new int[count * run];
    int size = 0;
    // Here and in the loops below a result counts or is written over: no branch to foretell.
    for (int r = 0; r < count; r++) {
      for (int i = runs[r], end = Math.min(n, i + run); i < end; i++) {
        found[size] = i;
        size += Math.abs(x[offset + i]) < least ? 0 : 1;
      }
    }
    return Arrays.copyOf(found, size);
  }

  /**
   * Where those whole runs begin that have such a value.
   *
   * @return how many they are
   */
  private static int runs(float least, float[] x, int offset, int n, int[] runs) {
    int count = 0;
    for (int i = 0; i + RUN <= n; i += RUN) {
      boolean below = true;
      for (int at = offset + i; at < offset + i + RUN; at++) {
        below &= Math.abs(x[at]) < least;
      }
      runs[count] = i;
      count += below ? 0 : 1;
    }
    return count;
  }
}
