package io.sparsetune.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Rounding to bfloat16 on whole vectors. */
final class VectorBf16 {
  private static final VectorSpecies<Float> S = VectorLanes.FLOATS;
  private static final int L = VectorLanes.COUNT;
  private static final VectorSpecies<Short> HALVES =
      VectorSpecies.of(short.class, VectorShape.forBitSize(S.vectorBitSize() / 2));

  private VectorBf16() {}

  /** Returns how many elements it has done. */
  static int round(float[] x, int xOffset, short[] y, int yOffset, int n) {
    int end = n - n % L;
    for (int i = 0; i < end; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xOffset + i);
      IntVector bits = v.reinterpretAsInts();
      IntVector upper = bits.lanewise(VectorOperators.LSHR, 16);
      VectorMask<Integer> nan = v.compare(VectorOperators.NE, v).cast(VectorLanes.INTS);
      IntVector rounded = bits.add(0x7FFF).add(upper.and(1)).lanewise(VectorOperators.LSHR, 16);
      ShortVector halves =
          (ShortVector)
              rounded
                  .blend(upper.lanewise(VectorOperators.OR, 0x40), nan)
                  .convertShape(VectorOperators.I2S, HALVES, 0);
      halves.intoArray(y, yOffset + i);
    }
    return end;
  }
}
