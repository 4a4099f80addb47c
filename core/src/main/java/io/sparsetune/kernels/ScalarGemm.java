package io.sparsetune.kernels;

import java.util.Arrays;

/** Matrix products in loops that the JIT compiler turns into vectors of fma along a row of C. */
final class ScalarGemm {
  /** A part of a row of C that stays in the first-level cache. */
  private static final int COLUMNS = 1024;

  private float[] transposed = new float[0];

  void multiply(
      Kernels.Form form,
      int m,
      int n,
      int k,
      float[] a,
      int aOffset,
      int lda,
      float[] b,
      int bOffset,
      int ldb,
      float[] c,
      int cOffset,
      int ldc,
      boolean accumulate) {
    if (!accumulate) {
      for (int i = 0; i < m; i++) {
        Arrays.fill(c, cOffset + i * ldc, cOffset + i * ldc + n, 0f);
      }
    }
    int aRow = form == Kernels.Form.TN ? 1 : lda;
    int aTerm = form == Kernels.Form.TN ? lda : 1;
    if (form == Kernels.Form.NT) {
      transpose(n, k, b, bOffset, ldb);
      rows(m, n, k, a, aOffset, aRow, aTerm, transposed, 0, n, c, cOffset, ldc);
    } else {
      rows(m, n, k, a, aOffset, aRow, aTerm, b, bOffset, ldb, c, cOffset, ldc);
    }
  }

  private static void rows(
      int m,
      int n,
      int k,
      float[] a,
      int aOffset,
      int aRow,
      int aTerm,
      float[] b,
      int bOffset,
      int ldb,
      float[] c,
      int cOffset,
      int ldc) {
    for (int j = 0; j < n; j += COLUMNS) {
      int width = Math.min(COLUMNS, n - j);
      for (int i = 0; i < m; i++) {
        int to = cOffset + i * ldc + j;
        int l = 0;
        for (; l + 4 <= k; l += 4) {
          int at = aOffset + i * aRow + l * aTerm;
          int from = bOffset + l * ldb + j;
          fourTerms(
              a[at],
              a[at + aTerm],
              a[at + 2 * aTerm],
              a[at + 3 * aTerm],
              b,
              from,
              from + ldb,
              from + 2 * ldb,
              from + 3 * ldb,
              c,
              to,
              width);
        }
        for (; l < k; l++) {
          oneTerm(a[aOffset + i * aRow + l * aTerm], b, bOffset + l * ldb + j, c, to, width);
        }
      }
    }
  }

  private static void fourTerms(
      float a0,
      float a1,
      float a2,
      float a3,
      float[] b,
      int b0,
      int b1,
      int b2,
      int b3,
      float[] c,
      int to,
      int width) {
    for (int j = 0; j < width; j++) {
      float s = Math.fma(a0, b[b0 + j], c[to + j]);
      s = Math.fma(a1, b[b1 + j], s);
      s = Math.fma(a2, b[b2 + j], s);
      c[to + j] = Math.fma(a3, b[b3 + j], s);
    }
  }

  private static void oneTerm(float a, float[] b, int from, float[] c, int to, int width) {
    for (int j = 0; j < width; j++) {
      c[to + j] = Math.fma(a, b[from + j], c[to + j]);
    }
  }

  private void transpose(int n, int k, float[] b, int bOffset, int ldb) {
    if (transposed.length < n * k) {
      transposed = new float[n * k];
    }
    float[] t = transposed;
    for (int j = 0; j < n; j++) {
      int from = bOffset + j * ldb;
      for (int l = 0; l < k; l++) {
        t[l * n + j] = b[from + l];
      }
    }
  }
}
