package io.sparsetune.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The search for runs of {@link Magnitudes}, a vector's values each. */
final class VectorMagnitudes {
  static final int RUN = VectorLanes.COUNT;

  private static final VectorSpecies<Float> S = VectorLanes.FLOATS;

  private VectorMagnitudes() {}

  static int runs(float least, float[] x, int offset, int n, int[] runs) {
    int count = 0;
    for (int i = 0; i + RUN <= n; i += RUN) {
      FloatVector values = FloatVector.fromArray(S, x, offset + i);
      VectorMask<Float> below = values.abs().compare(VectorOperators.LT, least);
      runs[count] = i;
      count += below.allTrue() ? 0 : 1;
    }
    return count;
  }
}
