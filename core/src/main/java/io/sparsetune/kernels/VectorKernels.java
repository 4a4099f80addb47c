package io.sparsetune.kernels;

/**
 * The kernels on the JDK's Vector API: the same bits as {@link ScalarKernels}, which takes what is
 * left when an operation's elements do not fill a vector.
 */
final class VectorKernels extends ScalarKernels {
  private final VectorGemm gemm = new VectorGemm();
  private final VectorSoftmax softmax = new VectorSoftmax();
  private final VectorNorm norm = new VectorNorm();
  private final VectorDots dots = new VectorDots();

  VectorKernels() {
    if (VectorLanes.COUNT < 4) {
      throw new UnsupportedOperationException(
          "this CPU's vectors hold " + VectorLanes.COUNT + " floats");
    }
  }

  @Override
  public String name() {
    return "vector-" + VectorLanes.COUNT;
  }

  @Override
  public void gemm(
      Form form,
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
    gemm.multiply(form, m, n, k, a, aOffset, lda, b, bOffset, ldb, c, cOffset, ldc, accumulate);
  }

  @Override
  public void affine(
      int m,
      int n,
      int k,
      float[] w,
      int wOffset,
      float[] x,
      int xOffset,
      float[] bias,
      int biasOffset,
      float[] y,
      int yOffset) {
    gemm.affine(m, n, k, w, wOffset, x, xOffset, bias, biasOffset, y, yOffset);
  }

  @Override
  public float dot(float[] a, int aOffset, float[] b, int bOffset, int n) {
    return VectorDots.fits(a, aOffset, b, bOffset, n)
        ? dots.one(a, aOffset, b, bOffset, n)
        : super.dot(a, aOffset, b, bOffset, n);
  }

  @Override
  public float sum(float[] a, int aOffset, int n) {
    return VectorDots.fits(a, aOffset, a, aOffset, n)
        ? dots.sum(a, aOffset, n)
        : super.sum(a, aOffset, n);
  }

  @Override
  public void maskedDots(
      float[] dy,
      int dyOffset,
      float[] x,
      int xOffset,
      int tokens,
      int columns,
      int[] positions,
      int from,
      int to,
      float[] out,
      int outOffset) {
    int row = -1;
    int rowStart = 0;
    int q = from;
    int result = outOffset;
    while (q < to) {
      if (row < 0 || positions[q] - rowStart >= columns) {
        row = positions[q] / columns;
        rowStart = row * columns;
      }
      int a = dyOffset + row * tokens;
      // Sorted positions: the fourth being in the row, and its row of x in reach, so are the
      // others.
      if (q + 4 <= to
          && positions[q + 3] - rowStart < columns
          && VectorDots.fits(dy, a, x, xOffset + (positions[q + 3] - rowStart) * tokens, tokens)) {
        dots.four(
            dy,
            a,
            x,
            xOffset + (positions[q] - rowStart) * tokens,
            xOffset + (positions[q + 1] - rowStart) * tokens,
            xOffset + (positions[q + 2] - rowStart) * tokens,
            xOffset + (positions[q + 3] - rowStart) * tokens,
            tokens,
            out,
            result);
        q += 4;
        result += 4;
      } else {
        out[result++] = dot(dy, a, x, xOffset + (positions[q++] - rowStart) * tokens, tokens);
      }
    }
  }

  @Override
  public void add(float[] x, int xOffset, float[] y, int yOffset, int n) {
    int i = VectorActivations.add(x, xOffset, y, yOffset, n);
    super.add(x, xOffset + i, y, yOffset + i, n - i);
  }

  @Override
  public void gelu(float[] x, int xOffset, float[] y, int yOffset, int n) {
    int i = VectorActivations.gelu(x, xOffset, y, yOffset, n);
    super.gelu(x, xOffset + i, y, yOffset + i, n - i);
  }

  @Override
  public void geluGradient(
      float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset, int n) {
    int i = VectorActivations.geluGradient(x, xOffset, dy, dyOffset, dx, dxOffset, n);
    super.geluGradient(x, xOffset + i, dy, dyOffset + i, dx, dxOffset + i, n - i);
  }

  @Override
  public void geluTanh(float[] x, int xOffset, float[] y, int yOffset, int n) {
    int i = VectorActivations.geluTanh(x, xOffset, y, yOffset, n);
    super.geluTanh(x, xOffset + i, y, yOffset + i, n - i);
  }

  @Override
  public void geluTanhGradient(
      float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset, int n) {
    int i = VectorActivations.geluTanhGradient(x, xOffset, dy, dyOffset, dx, dxOffset, n);
    super.geluTanhGradient(x, xOffset + i, dy, dyOffset + i, dx, dxOffset + i, n - i);
  }

  @Override
  public void relu(float[] x, int xOffset, float[] y, int yOffset, int n) {
    int i = VectorActivations.relu(x, xOffset, y, yOffset, n);
    super.relu(x, xOffset + i, y, yOffset + i, n - i);
  }

  @Override
  public void reluGradient(
      float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset, int n) {
    int i = VectorActivations.reluGradient(x, xOffset, dy, dyOffset, dx, dxOffset, n);
    super.reluGradient(x, xOffset + i, dy, dyOffset + i, dx, dxOffset + i, n - i);
  }

  @Override
  public void silu(float[] x, int xOffset, float[] y, int yOffset, int n) {
    int i = VectorActivations.silu(x, xOffset, y, yOffset, n);
    super.silu(x, xOffset + i, y, yOffset + i, n - i);
  }

  @Override
  public void siluGradient(
      float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset, int n) {
    int i = VectorActivations.siluGradient(x, xOffset, dy, dyOffset, dx, dxOffset, n);
    super.siluGradient(x, xOffset + i, dy, dyOffset + i, dx, dxOffset + i, n - i);
  }

  @Override
  public void tanh(float[] x, int xOffset, float[] y, int yOffset, int n) {
    int i = VectorActivations.tanh(x, xOffset, y, yOffset, n);
    super.tanh(x, xOffset + i, y, yOffset + i, n - i);
  }

  @Override
  public void exp(float[] x, int xOffset, float[] y, int yOffset, int n) {
    int i = VectorActivations.exp(x, xOffset, y, yOffset, n);
    super.exp(x, xOffset + i, y, yOffset + i, n - i);
  }

  @Override
  public void softmaxColumns(float[] s, int sOffset, int rows, int columns, int ld, float scale) {
    softmax.forward(s, sOffset, rows, columns, ld, scale);
  }

  @Override
  public void softmaxColumnsGradient(
      float[] p,
      int pOffset,
      float[] dp,
      int dpOffset,
      int rows,
      int columns,
      int ld,
      float scale) {
    softmax.backward(p, pOffset, dp, dpOffset, rows, columns, ld, scale);
  }

  @Override
  public void layerNorm(
      float[] x,
      int xOffset,
      float[] gamma,
      int gammaOffset,
      float[] beta,
      int betaOffset,
      int features,
      int tokens,
      float eps,
      float[] y,
      int yOffset,
      float[] xhat,
      int xhatOffset,
      float[] invStd,
      int invStdOffset) {
    norm.forward(
        x,
        xOffset,
        gamma,
        gammaOffset,
        beta,
        betaOffset,
        features,
        tokens,
        eps,
        y,
        yOffset,
        xhat,
        xhatOffset,
        invStd,
        invStdOffset);
  }

  @Override
  public void layerNormGradient(
      float[] dy,
      int dyOffset,
      float[] xhat,
      int xhatOffset,
      float[] invStd,
      int invStdOffset,
      float[] gamma,
      int gammaOffset,
      int features,
      int tokens,
      float[] dx,
      int dxOffset) {
    norm.backward(
        dy,
        dyOffset,
        xhat,
        xhatOffset,
        invStd,
        invStdOffset,
        gamma,
        gammaOffset,
        features,
        tokens,
        dx,
        dxOffset);
  }

  @Override
  public void dropout(
      float[] x,
      int xOffset,
      float[] y,
      int yOffset,
      int n,
      long key,
      long counter,
      int threshold,
      float scale) {
    boolean oneHighHalf = counter >>> 33 == counter + n >>> 33;
    int i =
        oneHighHalf
            ? VectorDropout.apply(x, xOffset, y, yOffset, n, key, counter, threshold, scale)
            : 0;
    super.dropout(x, xOffset + i, y, yOffset + i, n - i, key, counter + i, threshold, scale);
  }

  @Override
  public void toBf16(float[] x, int xOffset, short[] y, int yOffset, int n) {
    int done = VectorBf16.round(x, xOffset, y, yOffset, n);
    super.toBf16(x, xOffset + done, y, yOffset + done, n - done);
  }
}
