package com.intel.analytics.bigdl.mkl;

import io.sparsetune.kernels.Kernels;

/**
 * BigDL's native binding by its name and methods, in Java: BigDL's own tensors and layers run on
 * the engine's kernels, with the same bits on every CPU and no native library. Found by BigDL
 * inside the sealed room in place of its own. Matrices are column-major, as in BLAS; vectors of
 * doubles, which the engine does not use, take the straight way.
 */
public final class MKL {
  private static final ThreadLocal<Kernels> KERNELS = ThreadLocal.withInitial(Kernels::create);

  private MKL() {}

  public static boolean isMKLLoaded() {
    return true;
  }

  public static int getMklNumThreads() {
    return 1;
  }

  public static int getNumThreads() {
    return 1;
  }

  /** Products run on the caller's thread alone. */
  public static void setNumThreads(int threads) {}

  public static int getMklBlockTime() {
    return 0;
  }

  public static void setBlockTime(int milliseconds) {}

  public static boolean getMklDisableFastMM() {
    return true;
  }

  public static int disableFastMM() {
    return 1;
  }

  public static int getMklWaitPolicy() {
    return 0;
  }

  public static void waitPolicy(int policy) {}

  public static String getTmpSoFilePath() {
    return "";
  }

  public static void vsAdd(
      int n, float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset) {
    if (a == y && aOffset == yOffset) {
      KERNELS.get().add(b, bOffset, y, yOffset, n);
      return;
    }
    for (int i = 0; i < n; i++) {
      y[yOffset + i] = a[aOffset + i] + b[bOffset + i];
    }
  }

  public static void vdAdd(
      int n, double[] a, int aOffset, double[] b, int bOffset, double[] y, int yOffset) {
    for (int i = 0; i < n; i++) {
      y[yOffset + i] = a[aOffset + i] + b[bOffset + i];
    }
  }

  public static void vsSub(
      int n, float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset) {
    for (int i = 0; i < n; i++) {
      y[yOffset + i] = a[aOffset + i] - b[bOffset + i];
    }
  }

  public static void vdSub(
      int n, double[] a, int aOffset, double[] b, int bOffset, double[] y, int yOffset) {
    for (int i = 0; i < n; i++) {
      y[yOffset + i] = a[aOffset + i] - b[bOffset + i];
    }
  }

  public static void vsMul(
      int n, float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset) {
    for (int i = 0; i < n; i++) {
      y[yOffset + i] = a[aOffset + i] * b[bOffset + i];
    }
  }

  public static void vdMul(
      int n, double[] a, int aOffset, double[] b, int bOffset, double[] y, int yOffset) {
    for (int i = 0; i < n; i++) {
      y[yOffset + i] = a[aOffset + i] * b[bOffset + i];
    }
  }

  public static void vsDiv(
      int n, float[] a, int aOffset, float[] b, int bOffset, float[] y, int yOffset) {
    for (int i = 0; i < n; i++) {
      y[yOffset + i] = a[aOffset + i] / b[bOffset + i];
    }
  }

  public static void vdDiv(
      int n, double[] a, int aOffset, double[] b, int bOffset, double[] y, int yOffset) {
    for (int i = 0; i < n; i++) {
      y[yOffset + i] = a[aOffset + i] / b[bOffset + i];
    }
  }

  public static void vsPowx(int n, float[] a, int aOffset, float power, float[] y, int yOffset) {
    for (int i = 0; i < n; i++) {
      float x = a[aOffset + i];
      y[yOffset + i] = power == 2 ? x * x : (float) StrictMath.pow(x, power);
    }
  }

  public static void vdPowx(int n, double[] a, int aOffset, double power, double[] y, int yOffset) {
    for (int i = 0; i < n; i++) {
      double x = a[aOffset + i];
      y[yOffset + i] = power == 2 ? x * x : StrictMath.pow(x, power);
    }
  }

  public static void vsLn(int n, float[] a, int aOffset, float[] y, int yOffset) {
    for (int i = 0; i < n; i++) {
      y[yOffset + i] = (float) StrictMath.log(a[aOffset + i]);
    }
  }

  public static void vdLn(int n, double[] a, int aOffset, double[] y, int yOffset) {
    for (int i = 0; i < n; i++) {
      y[yOffset + i] = StrictMath.log(a[aOffset + i]);
    }
  }

  public static void vsExp(int n, float[] a, int aOffset, float[] y, int yOffset) {
    KERNELS.get().exp(a, aOffset, y, yOffset, n);
  }

  public static void vdExp(int n, double[] a, int aOffset, double[] y, int yOffset) {
    for (int i = 0; i < n; i++) {
      y[yOffset + i] = StrictMath.exp(a[aOffset + i]);
    }
  }

  public static void vsSqrt(int n, float[] a, int aOffset, float[] y, int yOffset) {
    for (int i = 0; i < n; i++) {
      y[yOffset + i] = (float) Math.sqrt(a[aOffset + i]);
    }
  }

  public static void vdSqrt(int n, double[] a, int aOffset, double[] y, int yOffset) {
    for (int i = 0; i < n; i++) {
      y[yOffset + i] = Math.sqrt(a[aOffset + i]);
    }
  }

  public static void vsTanh(int n, float[] a, int aOffset, float[] y, int yOffset) {
    KERNELS.get().tanh(a, aOffset, y, yOffset, n);
  }

  public static void vdTanh(int n, double[] a, int aOffset, double[] y, int yOffset) {
    for (int i = 0; i < n; i++) {
      y[yOffset + i] = StrictMath.tanh(a[aOffset + i]);
    }
  }

  public static void vsLog1p(int n, float[] a, int aOffset, float[] y, int yOffset) {
    for (int i = 0; i < n; i++) {
      y[yOffset + i] = (float) StrictMath.log1p(a[aOffset + i]);
    }
  }

  public static void vdLog1p(int n, double[] a, int aOffset, double[] y, int yOffset) {
    for (int i = 0; i < n; i++) {
      y[yOffset + i] = StrictMath.log1p(a[aOffset + i]);
    }
  }

  public static void vsAbs(int n, float[] a, int aOffset, float[] y, int yOffset) {
    for (int i = 0; i < n; i++) {
      y[yOffset + i] = Math.abs(a[aOffset + i]);
    }
  }

  public static void vdAbs(int n, double[] a, int aOffset, double[] y, int yOffset) {
    for (int i = 0; i < n; i++) {
      y[yOffset + i] = Math.abs(a[aOffset + i]);
    }
  }

  /** C = alpha·op(A)·op(B) + beta·C, column-major, op by 'N' or 'T'. */
  public static void vsgemm(
      char transA,
      char transB,
      int m,
      int n,
      int k,
      float alpha,
      float[] a,
      int aOffset,
      int lda,
      float[] b,
      int bOffset,
      int ldb,
      float beta,
      float[] c,
      int cOffset,
      int ldc) {
    boolean tA = transposed(transA);
    boolean tB = transposed(transB);
    if (alpha == 1 && (beta == 0 || beta == 1) && !(tA && tB)) {
      // Read row by row, all three are transposed: Cᵀ = op(B)ᵀ·op(A)ᵀ.
      Kernels.Form form = tB ? Kernels.Form.TN : tA ? Kernels.Form.NT : Kernels.Form.NN;
      KERNELS
          .get()
          .gemm(form, n, m, k, b, bOffset, ldb, a, aOffset, lda, c, cOffset, ldc, beta == 1);
      return;
    }
    for (int j = 0; j < n; j++) {
      for (int i = 0; i < m; i++) {
        float sum = 0;
        for (int l = 0; l < k; l++) {
          float left = a[aOffset + (tA ? i * lda + l : l * lda + i)];
          float right = b[bOffset + (tB ? l * ldb + j : j * ldb + l)];
          sum = Math.fma(left, right, sum);
        }
        int at = cOffset + j * ldc + i;
        c[at] = beta == 0 ? alpha * sum : alpha * sum + beta * c[at];
      }
    }
  }

  public static void vdgemm(
      char transA,
      char transB,
      int m,
      int n,
      int k,
      double alpha,
      double[] a,
      int aOffset,
      int lda,
      double[] b,
      int bOffset,
      int ldb,
      double beta,
      double[] c,
      int cOffset,
      int ldc) {
    boolean tA = transposed(transA);
    boolean tB = transposed(transB);
    for (int j = 0; j < n; j++) {
      for (int i = 0; i < m; i++) {
        double sum = 0;
        for (int l = 0; l < k; l++) {
          double left = a[aOffset + (tA ? i * lda + l : l * lda + i)];
          double right = b[bOffset + (tB ? l * ldb + j : j * ldb + l)];
          sum = Math.fma(left, right, sum);
        }
        int at = cOffset + j * ldc + i;
        c[at] = beta == 0 ? alpha * sum : alpha * sum + beta * c[at];
      }
    }
  }

  /** y = alpha·op(A)·x + beta·y, A [m, n] column-major. */
  public static void vsgemv(
      char trans,
      int m,
      int n,
      float alpha,
      float[] a,
      int aOffset,
      int lda,
      float[] x,
      int xOffset,
      int incX,
      float beta,
      float[] y,
      int yOffset,
      int incY) {
    boolean t = transposed(trans);
    int rows = t ? n : m;
    int terms = t ? m : n;
    for (int i = 0; i < rows; i++) {
      float sum = 0;
      for (int l = 0; l < terms; l++) {
        float left = a[aOffset + (t ? i * lda + l : l * lda + i)];
        sum = Math.fma(left, x[xOffset + l * incX], sum);
      }
      int at = yOffset + i * incY;
      y[at] = beta == 0 ? alpha * sum : alpha * sum + beta * y[at];
    }
  }

  public static void vsaxpy(
      int n, float alpha, float[] x, int xOffset, int incX, float[] y, int yOffset, int incY) {
    for (int i = 0; i < n; i++) {
      int at = yOffset + i * incY;
      y[at] = Math.fma(alpha, x[xOffset + i * incX], y[at]);
    }
  }

  public static float vsdot(
      int n, float[] x, int xOffset, int incX, float[] y, int yOffset, int incY) {
    float sum = 0;
    for (int i = 0; i < n; i++) {
      sum = Math.fma(x[xOffset + i * incX], y[yOffset + i * incY], sum);
    }
    return sum;
  }

  /** A = alpha·x·yᵀ + A, A [m, n] column-major. */
  public static void vsger(
      int m,
      int n,
      float alpha,
      float[] x,
      int xOffset,
      int incX,
      float[] y,
      int yOffset,
      int incY,
      float[] a,
      int aOffset,
      int lda) {
    for (int j = 0; j < n; j++) {
      float factor = alpha * y[yOffset + j * incY];
      for (int i = 0; i < m; i++) {
        int at = aOffset + j * lda + i;
        a[at] = Math.fma(x[xOffset + i * incX], factor, a[at]);
      }
    }
  }

  public static void vsscal(int n, float alpha, float[] x, int xOffset, int incX) {
    for (int i = 0; i < n; i++) {
      x[xOffset + i * incX] *= alpha;
    }
  }

  /** y = alpha·op(A)·x + beta·y, A [m, n] column-major. */
  public static void vdgemv(
      char trans,
      int m,
      int n,
      double alpha,
      double[] a,
      int aOffset,
      int lda,
      double[] x,
      int xOffset,
      int incX,
      double beta,
      double[] y,
      int yOffset,
      int incY) {
    boolean t = transposed(trans);
    int rows = t ? n : m;
    int terms = t ? m : n;
    for (int i = 0; i < rows; i++) {
      double sum = 0;
      for (int l = 0; l < terms; l++) {
        double left = a[aOffset + (t ? i * lda + l : l * lda + i)];
        sum = Math.fma(left, x[xOffset + l * incX], sum);
      }
      int at = yOffset + i * incY;
      y[at] = beta == 0 ? alpha * sum : alpha * sum + beta * y[at];
    }
  }

  public static void vdaxpy(
      int n, double alpha, double[] x, int xOffset, int incX, double[] y, int yOffset, int incY) {
    for (int i = 0; i < n; i++) {
      int at = yOffset + i * incY;
      y[at] = Math.fma(alpha, x[xOffset + i * incX], y[at]);
    }
  }

  public static double vddot(
      int n, double[] x, int xOffset, int incX, double[] y, int yOffset, int incY) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum = Math.fma(x[xOffset + i * incX], y[yOffset + i * incY], sum);
    }
    return sum;
  }

  /** A = alpha·x·yᵀ + A, A [m, n] column-major. */
  public static void vdger(
      int m,
      int n,
      double alpha,
      double[] x,
      int xOffset,
      int incX,
      double[] y,
      int yOffset,
      int incY,
      double[] a,
      int aOffset,
      int lda) {
    for (int j = 0; j < n; j++) {
      double factor = alpha * y[yOffset + j * incY];
      for (int i = 0; i < m; i++) {
        int at = aOffset + j * lda + i;
        a[at] = Math.fma(x[xOffset + i * incX], factor, a[at]);
      }
    }
  }

  public static void vdscal(int n, double alpha, double[] x, int xOffset, int incX) {
    for (int i = 0; i < n; i++) {
      x[xOffset + i * incX] *= alpha;
    }
  }

  private static boolean transposed(char form) {
    return form == 'T' || form == 't';
  }
}
