package io.sparsetune.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Dropout on whole vectors; two neighbouring lanes take the halves of one random word. */
final class VectorDropout {
  private static final VectorSpecies<Float> S = VectorLanes.FLOATS;
  private static final int L = VectorLanes.COUNT;

  private VectorDropout() {}

  /** Returns how many elements it has done. The words counted must have one high half. */
  static int apply(
      float[] x,
      int xOffset,
      float[] y,
      int yOffset,
      int n,
      long key,
      long counter,
      int threshold,
      float scale) {
    int end = n - n % L;
    IntVector element = VectorLanes.numbers().add((int) (counter & 1));
    IntVector shift = element.and(1).lanewise(VectorOperators.LSHL, 4);
    IntVector word = element.lanewise(VectorOperators.LSHR, 1).add((int) (counter >>> 1));
    int high = ScalarFunctions.highPart(key, counter >>> 1);
    int low = (int) key;
    for (int i = 0; i < end; i += L) {
      IntVector h = finish(word.lanewise(VectorOperators.XOR, low));
      h = finish(h.add(high));
      IntVector bits = h.lanewise(VectorOperators.LSHR, shift).and(0xFFFF);
      FloatVector v = FloatVector.fromArray(S, x, xOffset + i).mul(scale);
      v.reinterpretAsInts()
          .blend(0, bits.compare(VectorOperators.LT, threshold))
          .reinterpretAsFloats()
          .intoArray(y, yOffset + i);
      word = word.add(L / 2);
    }
    return end;
  }

  private static IntVector finish(IntVector h) {
    h = h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 16));
    h = h.mul(ScalarFunctions.FINISH_1);
    h = h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 13));
    h = h.mul(ScalarFunctions.FINISH_2);
    return h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 16));
  }
}
