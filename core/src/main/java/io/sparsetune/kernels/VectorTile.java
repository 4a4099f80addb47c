package io.sparsetune.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The inner loops of a product: a tile of C, {@link #ROWS} rows by {@link VectorGemm#WIDTH}
 * columns, held in eight vectors over an even number of terms of one block, from a packed part of A
 * and a panel [terms][WIDTH] of B. Rows of C start at their own element of {@code start}, or go on
 * from C where there is none. C2 keeps the eight in 16 registers only in loops as lean as these:
 * with more rows or terms in the body it spills, at half the speed (JDK 17 and 25). {@link
 * VectorTallTile} is for CPUs with 32.
 */
final class VectorTile {
  static final int ROWS = 4;

  private static final VectorSpecies<Float> S = VectorLanes.FLOATS;
  private static final int L = VectorLanes.COUNT;
  private static final int WIDTH = VectorGemm.WIDTH;
  private static final int STRIDE = VectorGemm.STRIDE;

  private VectorTile() {}

  /** A packed as rows: [ROWS][terms], {@link VectorGemm#STRIDE} from one to the next. */
  static void rows(
      float[] a,
      int aOffset,
      float[] b,
      int bOffset,
      int terms,
      float[] c,
      int cOffset,
      int ldc,
      float[] start,
      int startOffset) {
    FloatVector s00, s01, s10, s11, s20, s21, s30, s31;
    if (start == null) {
      s00 = FloatVector.fromArray(S, c, cOffset);
      s01 = FloatVector.fromArray(S, c, cOffset + L);
      s10 = FloatVector.fromArray(S, c, cOffset + ldc);
      s11 = FloatVector.fromArray(S, c, cOffset + ldc + L);
      s20 = FloatVector.fromArray(S, c, cOffset + 2 * ldc);
      s21 = FloatVector.fromArray(S, c, cOffset + 2 * ldc + L);
      s30 = FloatVector.fromArray(S, c, cOffset + 3 * ldc);
      s31 = FloatVector.fromArray(S, c, cOffset + 3 * ldc + L);
    } else {
      s00 = s01 = FloatVector.broadcast(S, start[startOffset]);
      s10 = s11 = FloatVector.broadcast(S, start[startOffset + 1]);
      s20 = s21 = FloatVector.broadcast(S, start[startOffset + 2]);
      s30 = s31 = FloatVector.broadcast(S, start[startOffset + 3]);
    }
    for (int q = aOffset, p = bOffset, end = aOffset + terms; q < end; q += 2, p += 2 * WIDTH) {
      FloatVector b0 = FloatVector.fromArray(S, b, p);
      FloatVector b1 = FloatVector.fromArray(S, b, p + L);
      FloatVector v = FloatVector.broadcast(S, a[q]);
      s00 = v.fma(b0, s00);
      s01 = v.fma(b1, s01);
      v = FloatVector.broadcast(S, a[q + STRIDE]);
      s10 = v.fma(b0, s10);
      s11 = v.fma(b1, s11);
      v = FloatVector.broadcast(S, a[q + 2 * STRIDE]);
      s20 = v.fma(b0, s20);
      s21 = v.fma(b1, s21);
      v = FloatVector.broadcast(S, a[q + 3 * STRIDE]);
      s30 = v.fma(b0, s30);
      s31 = v.fma(b1, s31);
      b0 = FloatVector.fromArray(S, b, p + WIDTH);
      b1 = FloatVector.fromArray(S, b, p + WIDTH + L);
      v = FloatVector.broadcast(S, a[q + 1]);
      s00 = v.fma(b0, s00);
      s01 = v.fma(b1, s01);
      v = FloatVector.broadcast(S, a[q + STRIDE + 1]);
      s10 = v.fma(b0, s10);
      s11 = v.fma(b1, s11);
      v = FloatVector.broadcast(S, a[q + 2 * STRIDE + 1]);
      s20 = v.fma(b0, s20);
      s21 = v.fma(b1, s21);
      v = FloatVector.broadcast(S, a[q + 3 * STRIDE + 1]);
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

  /** A packed as columns: [terms][lanes], of which ROWS are read. */
  static void columns(
      float[] a,
      int aOffset,
      float[] b,
      int bOffset,
      int terms,
      float[] c,
      int cOffset,
      int ldc,
      float[] start,
      int startOffset) {
    FloatVector s00, s01, s10, s11, s20, s21, s30, s31;
    if (start == null) {
      s00 = FloatVector.fromArray(S, c, cOffset);
      s01 = FloatVector.fromArray(S, c, cOffset + L);
      s10 = FloatVector.fromArray(S, c, cOffset + ldc);
      s11 = FloatVector.fromArray(S, c, cOffset + ldc + L);
      s20 = FloatVector.fromArray(S, c, cOffset + 2 * ldc);
      s21 = FloatVector.fromArray(S, c, cOffset + 2 * ldc + L);
      s30 = FloatVector.fromArray(S, c, cOffset + 3 * ldc);
      s31 = FloatVector.fromArray(S, c, cOffset + 3 * ldc + L);
    } else {
      s00 = s01 = FloatVector.broadcast(S, start[startOffset]);
      s10 = s11 = FloatVector.broadcast(S, start[startOffset + 1]);
      s20 = s21 = FloatVector.broadcast(S, start[startOffset + 2]);
      s30 = s31 = FloatVector.broadcast(S, start[startOffset + 3]);
    }
    for (int q = aOffset, p = bOffset, end = aOffset + terms * L;
        q < end;
        q += 2 * L, p += 2 * WIDTH) {
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
      v = FloatVector.broadcast(S, a[q + L]);
      s00 = v.fma(b0, s00);
      s01 = v.fma(b1, s01);
      v = FloatVector.broadcast(S, a[q + L + 1]);
      s10 = v.fma(b0, s10);
      s11 = v.fma(b1, s11);
      v = FloatVector.broadcast(S, a[q + L + 2]);
      s20 = v.fma(b0, s20);
      s21 = v.fma(b1, s21);
      v = FloatVector.broadcast(S, a[q + L + 3]);
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
