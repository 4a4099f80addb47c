package io.sparsetune.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link VectorTile} where vectors have 16 lanes and there are 32 of them: sixteen hold twice the
 * rows, so that each vector of B serves twice the products (1.5 to 2 times as fast there).
 */
final class VectorTallTile {
  static final int ROWS = 8;

  private static final VectorSpecies<Float> S = VectorLanes.FLOATS;
  private static final int L = VectorLanes.COUNT;
  private static final int WIDTH = VectorGemm.WIDTH;
  private static final int STRIDE = VectorGemm.STRIDE;

  private VectorTallTile() {}

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
    FloatVector s00, s01, s10, s11, s20, s21, s30, s31, s40, s41, s50, s51, s60, s61, s70, s71;
    if (start == null) {
      s00 = FloatVector.fromArray(S, c, cOffset);
      s01 = FloatVector.fromArray(S, c, cOffset + L);
      s10 = FloatVector.fromArray(S, c, cOffset + ldc);
      s11 = FloatVector.fromArray(S, c, cOffset + ldc + L);
      s20 = FloatVector.fromArray(S, c, cOffset + 2 * ldc);
      s21 = FloatVector.fromArray(S, c, cOffset + 2 * ldc + L);
      s30 = FloatVector.fromArray(S, c, cOffset + 3 * ldc);
      s31 = FloatVector.fromArray(S, c, cOffset + 3 * ldc + L);
      s40 = FloatVector.fromArray(S, c, cOffset + 4 * ldc);
      s41 = FloatVector.fromArray(S, c, cOffset + 4 * ldc + L);
      s50 = FloatVector.fromArray(S, c, cOffset + 5 * ldc);
      s51 = FloatVector.fromArray(S, c, cOffset + 5 * ldc + L);
      s60 = FloatVector.fromArray(S, c, cOffset + 6 * ldc);
      s61 = FloatVector.fromArray(S, c, cOffset + 6 * ldc + L);
      s70 = FloatVector.fromArray(S, c, cOffset + 7 * ldc);
      s71 = FloatVector.fromArray(S, c, cOffset + 7 * ldc + L);
    } else {
      s00 = s01 = FloatVector.broadcast(S, start[startOffset]);
      s10 = s11 = FloatVector.broadcast(S, start[startOffset + 1]);
      s20 = s21 = FloatVector.broadcast(S, start[startOffset + 2]);
      s30 = s31 = FloatVector.broadcast(S, start[startOffset + 3]);
      s40 = s41 = FloatVector.broadcast(S, start[startOffset + 4]);
      s50 = s51 = FloatVector.broadcast(S, start[startOffset + 5]);
      s60 = s61 = FloatVector.broadcast(S, start[startOffset + 6]);
      s70 = s71 = FloatVector.broadcast(S, start[startOffset + 7]);
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
      v = FloatVector.broadcast(S, a[q + 4 * STRIDE]);
      s40 = v.fma(b0, s40);
      s41 = v.fma(b1, s41);
      v = FloatVector.broadcast(S, a[q + 5 * STRIDE]);
      s50 = v.fma(b0, s50);
      s51 = v.fma(b1, s51);
      v = FloatVector.broadcast(S, a[q + 6 * STRIDE]);
      s60 = v.fma(b0, s60);
      s61 = v.fma(b1, s61);
      v = FloatVector.broadcast(S, a[q + 7 * STRIDE]);
      s70 = v.fma(b0, s70);
      s71 = v.fma(b1, s71);
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
      v = FloatVector.broadcast(S, a[q + 4 * STRIDE + 1]);
      s40 = v.fma(b0, s40);
      s41 = v.fma(b1, s41);
      v = FloatVector.broadcast(S, a[q + 5 * STRIDE + 1]);
      s50 = v.fma(b0, s50);
      s51 = v.fma(b1, s51);
      v = FloatVector.broadcast(S, a[q + 6 * STRIDE + 1]);
      s60 = v.fma(b0, s60);
      s61 = v.fma(b1, s61);
      v = FloatVector.broadcast(S, a[q + 7 * STRIDE + 1]);
      s70 = v.fma(b0, s70);
      s71 = v.fma(b1, s71);
    }
    s00.intoArray(c, cOffset);
    s01.intoArray(c, cOffset + L);
    s10.intoArray(c, cOffset + ldc);
    s11.intoArray(c, cOffset + ldc + L);
    s20.intoArray(c, cOffset + 2 * ldc);
    s21.intoArray(c, cOffset + 2 * ldc + L);
    s30.intoArray(c, cOffset + 3 * ldc);
    s31.intoArray(c, cOffset + 3 * ldc + L);
    s40.intoArray(c, cOffset + 4 * ldc);
    s41.intoArray(c, cOffset + 4 * ldc + L);
    s50.intoArray(c, cOffset + 5 * ldc);
    s51.intoArray(c, cOffset + 5 * ldc + L);
    s60.intoArray(c, cOffset + 6 * ldc);
    s61.intoArray(c, cOffset + 6 * ldc + L);
    s70.intoArray(c, cOffset + 7 * ldc);
    s71.intoArray(c, cOffset + 7 * ldc + L);
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
    FloatVector s00, s01, s10, s11, s20, s21, s30, s31, s40, s41, s50, s51, s60, s61, s70, s71;
    if (start == null) {
      s00 = FloatVector.fromArray(S, c, cOffset);
      s01 = FloatVector.fromArray(S, c, cOffset + L);
      s10 = FloatVector.fromArray(S, c, cOffset + ldc);
      s11 = FloatVector.fromArray(S, c, cOffset + ldc + L);
      s20 = FloatVector.fromArray(S, c, cOffset + 2 * ldc);
      s21 = FloatVector.fromArray(S, c, cOffset + 2 * ldc + L);
      s30 = FloatVector.fromArray(S, c, cOffset + 3 * ldc);
      s31 = FloatVector.fromArray(S, c, cOffset + 3 * ldc + L);
      s40 = FloatVector.fromArray(S, c, cOffset + 4 * ldc);
      s41 = FloatVector.fromArray(S, c, cOffset + 4 * ldc + L);
      s50 = FloatVector.fromArray(S, c, cOffset + 5 * ldc);
      s51 = FloatVector.fromArray(S, c, cOffset + 5 * ldc + L);
      s60 = FloatVector.fromArray(S, c, cOffset + 6 * ldc);
      s61 = FloatVector.fromArray(S, c, cOffset + 6 * ldc + L);
      s70 = FloatVector.fromArray(S, c, cOffset + 7 * ldc);
      s71 = FloatVector.fromArray(S, c, cOffset + 7 * ldc + L);
    } else {
      s00 = s01 = FloatVector.broadcast(S, start[startOffset]);
      s10 = s11 = FloatVector.broadcast(S, start[startOffset + 1]);
      s20 = s21 = FloatVector.broadcast(S, start[startOffset + 2]);
      s30 = s31 = FloatVector.broadcast(S, start[startOffset + 3]);
      s40 = s41 = FloatVector.broadcast(S, start[startOffset + 4]);
      s50 = s51 = FloatVector.broadcast(S, start[startOffset + 5]);
      s60 = s61 = FloatVector.broadcast(S, start[startOffset + 6]);
      s70 = s71 = FloatVector.broadcast(S, start[startOffset + 7]);
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
      v = FloatVector.broadcast(S, a[q + 4]);
      s40 = v.fma(b0, s40);
      s41 = v.fma(b1, s41);
      v = FloatVector.broadcast(S, a[q + 5]);
      s50 = v.fma(b0, s50);
      s51 = v.fma(b1, s51);
      v = FloatVector.broadcast(S, a[q + 6]);
      s60 = v.fma(b0, s60);
      s61 = v.fma(b1, s61);
      v = FloatVector.broadcast(S, a[q + 7]);
      s70 = v.fma(b0, s70);
      s71 = v.fma(b1, s71);
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
      v = FloatVector.broadcast(S, a[q + L + 4]);
      s40 = v.fma(b0, s40);
      s41 = v.fma(b1, s41);
      v = FloatVector.broadcast(S, a[q + L + 5]);
      s50 = v.fma(b0, s50);
      s51 = v.fma(b1, s51);
      v = FloatVector.broadcast(S, a[q + L + 6]);
      s60 = v.fma(b0, s60);
      s61 = v.fma(b1, s61);
      v = FloatVector.broadcast(S, a[q + L + 7]);
      s70 = v.fma(b0, s70);
      s71 = v.fma(b1, s71);
    }
    s00.intoArray(c, cOffset);
    s01.intoArray(c, cOffset + L);
    s10.intoArray(c, cOffset + ldc);
    s11.intoArray(c, cOffset + ldc + L);
    s20.intoArray(c, cOffset + 2 * ldc);
    s21.intoArray(c, cOffset + 2 * ldc + L);
    s30.intoArray(c, cOffset + 3 * ldc);
    s31.intoArray(c, cOffset + 3 * ldc + L);
    s40.intoArray(c, cOffset + 4 * ldc);
    s41.intoArray(c, cOffset + 4 * ldc + L);
    s50.intoArray(c, cOffset + 5 * ldc);
    s51.intoArray(c, cOffset + 5 * ldc + L);
    s60.intoArray(c, cOffset + 6 * ldc);
    s61.intoArray(c, cOffset + 6 * ldc + L);
    s70.intoArray(c, cOffset + 7 * ldc);
    s71.intoArray(c, cOffset + 7 * ldc + L);
  }

  /**
   * The left half of a tile, with either packing of A.
   *
   * @param rowStep from a row of A to the next
   * @param termStep from a term to the next
   * @param c the tile, [ROWS, WIDTH]
   */
  static void narrow(
      float[] a,
      int aOffset,
      int rowStep,
      int termStep,
      float[] b,
      int bOffset,
      int terms,
      float[] c,
      float[] start,
      int startOffset) {
    FloatVector s0, s1, s2, s3, s4, s5, s6, s7;
    if (start == null) {
      s0 = FloatVector.fromArray(S, c, 0);
      s1 = FloatVector.fromArray(S, c, WIDTH);
      s2 = FloatVector.fromArray(S, c, 2 * WIDTH);
      s3 = FloatVector.fromArray(S, c, 3 * WIDTH);
      s4 = FloatVector.fromArray(S, c, 4 * WIDTH);
      s5 = FloatVector.fromArray(S, c, 5 * WIDTH);
      s6 = FloatVector.fromArray(S, c, 6 * WIDTH);
      s7 = FloatVector.fromArray(S, c, 7 * WIDTH);
    } else {
      s0 = FloatVector.broadcast(S, start[startOffset]);
      s1 = FloatVector.broadcast(S, start[startOffset + 1]);
      s2 = FloatVector.broadcast(S, start[startOffset + 2]);
      s3 = FloatVector.broadcast(S, start[startOffset + 3]);
      s4 = FloatVector.broadcast(S, start[startOffset + 4]);
      s5 = FloatVector.broadcast(S, start[startOffset + 5]);
      s6 = FloatVector.broadcast(S, start[startOffset + 6]);
      s7 = FloatVector.broadcast(S, start[startOffset + 7]);
    }
    for (int l = 0, q = aOffset, p = bOffset; l < terms; l++, q += termStep, p += WIDTH) {
      FloatVector v = FloatVector.fromArray(S, b, p);
      s0 = FloatVector.broadcast(S, a[q]).fma(v, s0);
      s1 = FloatVector.broadcast(S, a[q + rowStep]).fma(v, s1);
      s2 = FloatVector.broadcast(S, a[q + 2 * rowStep]).fma(v, s2);
      s3 = FloatVector.broadcast(S, a[q + 3 * rowStep]).fma(v, s3);
      s4 = FloatVector.broadcast(S, a[q + 4 * rowStep]).fma(v, s4);
      s5 = FloatVector.broadcast(S, a[q + 5 * rowStep]).fma(v, s5);
      s6 = FloatVector.broadcast(S, a[q + 6 * rowStep]).fma(v, s6);
      s7 = FloatVector.broadcast(S, a[q + 7 * rowStep]).fma(v, s7);
    }
    s0.intoArray(c, 0);
    s1.intoArray(c, WIDTH);
    s2.intoArray(c, 2 * WIDTH);
    s3.intoArray(c, 3 * WIDTH);
    s4.intoArray(c, 4 * WIDTH);
    s5.intoArray(c, 5 * WIDTH);
    s6.intoArray(c, 6 * WIDTH);
    s7.intoArray(c, 7 * WIDTH);
  }
}
