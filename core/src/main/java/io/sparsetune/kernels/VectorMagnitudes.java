package io.sparsetune.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Finds the runs, a vector's values each, that {@link Magnitudes} has to look at. */
final class VectorMagnitudes {
  static final int RUN = VectorLanes.COUNT;

  private static final VectorSpecies<Float> S = VectorLanes.FLOATS;

  private VectorMagnitudes() {}

  /**
   * Where those runs begin that have such a value, and what is left behind the last whole run.
   *
   * @return how many they are
   */
  static int runs(float least, float[] x, int offset, int n, int[] runs) {
    int count = 0;
    int i = 0;
    for (; i + RUN <= n; i += RUN) {
      FloatVector values = FloatVector.fromArray(S, x, offset + i);
      VectorMask<Float> below = values.abs().compare(VectorOperators.LT, least);
      runs[count] = i;
      count += below.allTrue() ? 0 : 1;
    }
    if (i < n) {
      runs[count++] = i;
    }
    return count;
  }
}
