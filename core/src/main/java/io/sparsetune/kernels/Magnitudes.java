package io.sparsetune.kernels;

import java.util.Arrays;

/** Finds the few large values among many. Thread-safe. */
public final class Magnitudes {
  private Magnitudes() {}

  /**
   * All i in [0, n), rising, where |x[offset + i]| is not below {@code least}, NaN included.
   *
   * @param least from 0 to infinity
   */
  public static int[] atLeast(float least, float[] x, int offset, int n) {
    int run = n;
    int[] runs = {0};
    int count = 1;
    if (KernelLoader.vectors()) {
      run = VectorMagnitudes.RUN;
      runs = new int[n / run + 1];
      count = VectorMagnitudes.runs(least, x, offset, n, runs);
    }
    int[] found = new int[count * run];
    int size = 0;
    // What is found counts or is written over: no branch to foretell.
    for (int r = 0; r < count; r++) {
      for (int i = runs[r], end = Math.min(n, i + run); i < end; i++) {
        found[size] = i;
        size += Math.abs(x[offset + i]) < least ? 0 : 1;
      }
    }
    return Arrays.copyOf(found, size);
  }
}
