package io.sparsetune.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The inner loops of a product: a tile of C, {@link #ROWS} rows by {@link #WIDTH} columns, held in
 * eight vectors over the terms of one block. C2 keeps them in registers only in loops as lean as
 * these: with more rows or terms in the body it spills, at half the speed (JDK 17 and 25).
 */
final class VectorTile {
  static final int ROWS = 4;

  /** Columns of a tile and of a panel of packed B. */
  static final int WIDTH = 2 * VectorLanes.COUNT;

  /** The most terms of a block. */
  static final int TERMS = 384;

  private static final VectorSpecies<Float> S = VectorLanes.FLOATS;
  private static final int L = VectorLanes.COUNT;

  private VectorTile() {}

  /**
   * A packed [terms][ROWS], B [terms][WIDTH], an even number of terms; C [ROWS][WIDTH] of leading
   * dimension ldc.
   */
  static void multiply(
      float[] a,
      int aOffset,
      float[] b,
      int bOffset,
      int terms,
      float[] c,
      int cOffset,
      int ldc,
      boolean fromZero) {
    FloatVector s00, s01, s10, s11, s20, s21, s30, s31;
    if (fromZero) {
      s00 = s01 = s10 = s11 = s20 = s21 = s30 = s31 = FloatVector.zero(S);
    } else {
      s00 = FloatVector.fromArray(S, c, cOffset);
      s01 = FloatVector.fromArray(S, c, cOffset + L);
      s10 = FloatVector.fromArray(S, c, cOffset + ldc);
      s11 = FloatVector.fromArray(S, c, cOffset + ldc + L);
      s20 = FloatVector.fromArray(S, c, cOffset + 2 * ldc);
      s21 = FloatVector.fromArray(S, c, cOffset + 2 * ldc + L);
      s30 = FloatVector.fromArray(S, c, cOffset + 3 * ldc);
      s31 = FloatVector.fromArray(S, c, cOffset + 3 * ldc + L);
    }
    for (int q = aOffset, p = bOffset, end = aOffset + terms * ROWS;
        q < end;
        q += 2 * ROWS, p += 2 * WIDTH) {
      FloatVector b0 = FloatVector.fromArray(S, b, p);
      FloatVector b1 = FloatVector.fromArray(S, b, p + L);
      FloatVector v = FloatVector.broadcast(S, a[q]);
      s00 = v.fma(b0, s00);
      s01 = v.fma(b1, s01);
      v = FloatVector.broadcast(S, a[q + 1]);
      s10 = v.fma(b0, s10);
      s11 = v.fma(b1, s11);
      v = FloatVector.broadcast(S, a[q + 2]);
      s20 = v.fma(b0, s20);
      s21 = v.fma(b1, s21);
      v = FloatVector.broadcast(S, a[q + 3]);
      s30 = v.fma(b0, s30);
      s31 = v.fma(b1, s31);
      b0 = FloatVector.fromArray(S, b, p + WIDTH);
      b1 = FloatVector.fromArray(S, b, p + WIDTH + L);
      v = FloatVector.broadcast(S, a[q + 4]);
      s00 = v.fma(b0, s00);
      s01 = v.fma(b1, s01);
      v = FloatVector.broadcast(S, a[q + 5]);
      s10 = v.fma(b0, s10);
      s11 = v.fma(b1, s11);
      v = FloatVector.broadcast(S, a[q + 6]);
      s20 = v.fma(b0, s20);
      s21 = v.fma(b1, s21);
      v = FloatVector.broadcast(S, a[q + 7]);
      s30 = v.fma(b0, s30);
      s31 = v.fma(b1, s31);
    }
    s00.intoArray(c, cOffset);
    s01.intoArray(c, cOffset + L);
    s10.intoArray(c, cOffset + ldc);
    s11.intoArray(c, cOffset + ldc + L);
    s20.intoArray(c, cOffset + 2 * ldc);
    s21.intoArray(c, cOffset + 2 * ldc + L);
    s30.intoArray(c, cOffset + 3 * ldc);
    s31.intoArray(c, cOffset + 3 * ldc + L);
  }
}
