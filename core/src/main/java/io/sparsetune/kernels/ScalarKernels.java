package io.sparsetune.kernels;

import java.util.Arrays;

/** Every operation as it is defined, in plain loops. */
class ScalarKernels implements Kernels {
  private static final int PARTS = 16;

  private final ScalarGemm gemm = new ScalarGemm();
  private final float[] parts = new float[PARTS];
  private float[] first = new float[0];
  private float[] second = new float[0];

  @Override
  public String name() {
    return "scalar";
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
  public float dot(float[] a, int aOffset, float[] b, int bOffset, int n) {
    float[] s = parts;
    Arrays.fill(s, 0f);
    int whole = n - n % PARTS;
    for (int i = 0; i < whole; i += PARTS) {
      for (int j = 0; j < PARTS; j++) {
        s[j] = Math.fma(a[aOffset + i + j], b[bOffset + i + j], s[j]);
      }
    }
    for (int i = whole; i < n; i++) {
      s[i - whole] = Math.fma(a[aOffset + i], b[bOffset + i], s[i - whole]);
    }
    return total(s);
  }

  @Override
  public float sum(float[] a, int aOffset, int n) {
    float[] s = parts;
    Arrays.fill(s, 0f);
    int whole = n - n % PARTS;
    for (int i = 0; i < whole; i += PARTS) {
      for (int j = 0; j < PARTS; j++) {
        s[j] += a[aOffset + i + j];
      }
    }
    for (int i = whole; i < n; i++) {
      s[i - whole] += a[aOffset + i];
    }
    return total(s);
  }

  private static float total(float[] s) {
    for (int w = PARTS / 2; w > 0; w /= 2) {
      for (int j = 0; j < w; j++) {
        s[j] += s[j + w];
      }
    }
    return s[0];
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
    for (int q = from; q < to; q++) {
      int r = positions[q] / columns;
      int c = positions[q] - r * columns;
      out[outOffset + q - from] = dot(dy, dyOffset + r * tokens, x, xOffset + c * tokens, tokens);
    }
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
    for (int i = 0; i < m; i++) {
      Arrays.fill(y, yOffset + i * n, yOffset + (i + 1) * n, bias[biasOffset + i]);
    }
    gemm.multiply(Form.NN, m, n, k, w, wOffset, k, x, xOffset, n, y, yOffset, n, true);
  }

  @Override
  public void add(float[] x, int xOffset, float[] y, int yOffset, int n) {
    for (int i = 0; i < n; i++) {
      y[yOffset + i] += x[xOffset + i];
    }
  }

  @Override
  public void gelu(float[] x, int xOffset, float[] y, int yOffset, int n) {
    for (int i = 0; i < n; i++) {
      y[yOffset + i] = ScalarFunctions.gelu(x[xOffset + i]);
    }
  }

  @Override
  public void geluGradient(
      float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset, int n) {
    for (int i = 0; i < n; i++) {
      dx[dxOffset + i] = dy[dyOffset + i] * ScalarFunctions.geluSlope(x[xOffset + i]);
    }
  }

  @Override
  public void geluTanh(float[] x, int xOffset, float[] y, int yOffset, int n) {
    for (int i = 0; i < n; i++) {
      y[yOffset + i] = ScalarFunctions.geluTanh(x[xOffset + i]);
    }
  }

  @Override
  public void geluTanhGradient(
      float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset, int n) {
    for (int i = 0; i < n; i++) {
      dx[dxOffset + i] = dy[dyOffset + i] * ScalarFunctions.geluTanhSlope(x[xOffset + i]);
    }
  }

  @Override
  public void relu(float[] x, int xOffset, float[] y, int yOffset, int n) {
    for (int i = 0; i < n; i++) {
      y[yOffset + i] = x[xOffset + i] <= 0f ? 0f : x[xOffset + i];
    }
  }

  @Override
  public void reluGradient(
      float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset, int n) {
    for (int i = 0; i < n; i++) {
      dx[dxOffset + i] = x[xOffset + i] <= 0f ? 0f : dy[dyOffset + i];
    }
  }

  @Override
  public void silu(float[] x, int xOffset, float[] y, int yOffset, int n) {
    for (int i = 0; i < n; i++) {
      float v = x[xOffset + i];
      y[yOffset + i] = v * ScalarFunctions.sigmoid(v);
    }
  }

  @Override
  public void siluGradient(
      float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset, int n) {
    for (int i = 0; i < n; i++) {
      dx[dxOffset + i] = dy[dyOffset + i] * ScalarFunctions.siluSlope(x[xOffset + i]);
    }
  }

  @Override
  public void tanh(float[] x, int xOffset, float[] y, int yOffset, int n) {
    for (int i = 0; i < n; i++) {
      y[yOffset + i] = ScalarFunctions.tanh(x[xOffset + i]);
    }
  }

  @Override
  public void exp(float[] x, int xOffset, float[] y, int yOffset, int n) {
    for (int i = 0; i < n; i++) {
      y[yOffset + i] = ScalarFunctions.exp(x[xOffset + i]);
    }
  }

  @Override
  public void softmaxColumns(float[] s, int sOffset, int rows, int columns, int ld, float scale) {
    need(columns);
    float[] max = first;
    float[] sum = second;
    Arrays.fill(max, 0, columns, Float.NEGATIVE_INFINITY);
    Arrays.fill(sum, 0, columns, 0f);
    for (int r = 0; r < rows; r++) {
      int at = sOffset + r * ld;
      for (int j = 0; j < columns; j++) {
        max[j] = s[at + j] > max[j] ? s[at + j] : max[j];
      }
    }
    for (int r = 0; r < rows; r++) {
      int at = sOffset + r * ld;
      for (int j = 0; j < columns; j++) {
        float e = ScalarFunctions.exp((s[at + j] - max[j]) * scale);
        s[at + j] = e;
        sum[j] += e;
      }
    }
    for (int j = 0; j < columns; j++) {
      sum[j] = 1f / sum[j];
    }
    for (int r = 0; r < rows; r++) {
      int at = sOffset + r * ld;
      for (int j = 0; j < columns; j++) {
        s[at + j] *= sum[j];
      }
    }
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
    need(columns);
    float[] sum = first;
    Arrays.fill(sum, 0, columns, 0f);
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < columns; j++) {
        sum[j] = Math.fma(p[pOffset + r * ld + j], dp[dpOffset + r * ld + j], sum[j]);
      }
    }
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < columns; j++) {
        int at = dpOffset + r * ld + j;
        dp[at] = (dp[at] - sum[j]) * p[pOffset + r * ld + j] * scale;
      }
    }
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
    need(tokens);
    float[] mean = first;
    float[] variance = second;
    float share = 1f / features;
    Arrays.fill(mean, 0, tokens, 0f);
    Arrays.fill(variance, 0, tokens, 0f);
    for (int f = 0; f < features; f++) {
      for (int t = 0; t < tokens; t++) {
        mean[t] += x[xOffset + f * tokens + t];
      }
    }
    for (int t = 0; t < tokens; t++) {
      mean[t] *= share;
    }
    for (int f = 0; f < features; f++) {
      for (int t = 0; t < tokens; t++) {
        float d = x[xOffset + f * tokens + t] - mean[t];
        variance[t] = Math.fma(d, d, variance[t]);
      }
    }
    for (int t = 0; t < tokens; t++) {
      invStd[invStdOffset + t] = 1f / (float) Math.sqrt(Math.fma(variance[t], share, eps));
    }
    for (int f = 0; f < features; f++) {
      float g = gamma[gammaOffset + f];
      float b = beta[betaOffset + f];
      for (int t = 0; t < tokens; t++) {
        int at = f * tokens + t;
        float h = (x[xOffset + at] - mean[t]) * invStd[invStdOffset + t];
        xhat[xhatOffset + at] = h;
        y[yOffset + at] = Math.fma(h, g, b);
      }
    }
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
    need(tokens);
    float[] mean = first;
    float[] slope = second;
    float share = 1f / features;
    Arrays.fill(mean, 0, tokens, 0f);
    Arrays.fill(slope, 0, tokens, 0f);
    for (int f = 0; f < features; f++) {
      float g = gamma[gammaOffset + f];
      for (int t = 0; t < tokens; t++) {
        int at = f * tokens + t;
        float d = dy[dyOffset + at] * g;
        mean[t] += d;
        slope[t] = Math.fma(d, xhat[xhatOffset + at], slope[t]);
      }
    }
    for (int t = 0; t < tokens; t++) {
      mean[t] *= share;
      slope[t] *= share;
    }
    for (int f = 0; f < features; f++) {
      float g = gamma[gammaOffset + f];
      for (int t = 0; t < tokens; t++) {
        int at = f * tokens + t;
        float d = dy[dyOffset + at] * g - mean[t];
        dx[dxOffset + at] =
            Math.fma(-xhat[xhatOffset + at], slope[t], d) * invStd[invStdOffset + t];
      }
    }
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
    for (int i = 0; i < n; i++) {
      long element = counter + i;
      int word = ScalarFunctions.randomBits(key, element >>> 1);
      int bits = (element & 1) == 0 ? word & 0xFFFF : word >>> 16;
      y[yOffset + i] = bits < threshold ? 0f : x[xOffset + i] * scale;
    }
  }

  @Override
  public void toBf16(float[] x, int xOffset, short[] y, int yOffset, int n) {
    for (int i = 0; i < n; i++) {
      y[yOffset + i] = ScalarFunctions.toBf16(x[xOffset + i]);
    }
  }

  private void need(int columns) {
    if (first.length < columns) {
      first = new float[columns];
      second = new float[columns];
    }
  }
}
