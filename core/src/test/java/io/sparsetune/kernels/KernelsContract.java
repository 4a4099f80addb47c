package io.sparsetune.kernels;

import static io.sparsetune.kernels.Numbers.assertClose;
import static io.sparsetune.kernels.Numbers.assertSameBits;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What every form of the kernels does, but for products and dropout: the definitions, written as
 * slowly and plainly as can be.
 */
abstract class KernelsContract {
  private static final long SEED = 20260101;

  private final Kernels kernels = kernels();

  abstract Kernels kernels();

  @Test
  void bfloat16IsTheNearestTiesToEven() {
    short[] rounded = new short[1];
    float[][] cases = {
      {1f, 1f},
      {0x1.01p0f, 0x1p0f},
      {0x1.03p0f, 0x1.04p0f},
      {0x1.010002p0f, 0x1.02p0f},
      {-0f, -0f},
      {Float.MAX_VALUE, Float.POSITIVE_INFINITY},
      {Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY},
      {0x1p-133f, 0x1p-133f},
      {0x1p-135f, 0f},
      {Float.intBitsToFloat(0x7F800001), Float.NaN}
    };
    for (float[] each : cases) {
      kernels.toBf16(each, 0, rounded, 0, 1);
      assertThat(Float.valueOf(Float.intBitsToFloat(rounded[0] << 16)))
          .isEqualTo(Float.valueOf(each[1]));
    }
    Random random = new Random(SEED);
    for (int n = 0; n < 70; n++) {
      float[] x = Numbers.wild(random, n + 3);
      short[] y = new short[n + 2];
      kernels.toBf16(x, 3, y, 1, n);
      for (int i = 0; i < n; i++) {
        assertThat(y[1 + i]).isEqualTo(ScalarFunctions.toBf16(x[3 + i]));
      }
      assertThat(y[0]).isZero();
      assertThat(y[n + 1]).isZero();
    }
  }

  @Test
  void dotsHaveSixteenPartialSums() {
    Random random = new Random(SEED);
    for (int n = 0; n < 120; n++) {
      float[] a = n % 7 == 0 ? Numbers.wild(random, n + 40) : Numbers.normal(random, n + 40);
      float[] b = n % 7 == 1 ? Numbers.wild(random, n + 40) : Numbers.normal(random, n + 40);
      float[] one = new float[a.length];
      Arrays.fill(one, 1f);
      for (int slack : new int[] {0, 3, 25}) {
        int from = a.length - n - slack;
        float[] actual = {kernels.dot(a, from, b, from, n), kernels.sum(a, from, n)};
        float[] expected = {dot(a, from, b, from, n), dot(a, from, one, from, n)};
        assertSameBits(actual, expected, "dot and sum of " + n);
      }
    }
  }

  private static float dot(float[] a, int aOffset, float[] b, int bOffset, int n) {
    float[] s = new float[16];
    for (int i = 0; i < n; i++) {
      s[i % 16] = Math.fma(a[aOffset + i], b[bOffset + i], s[i % 16]);
    }
    for (int w = 8; w > 0; w /= 2) {
      for (int j = 0; j < w; j++) {
        s[j] = s[j] + s[j + w];
      }
    }
    return s[0];
  }

  @Test
  void maskedDotsAreTheDotsOfTheirRows() {
    Random random = new Random(SEED);
    for (int tokens : new int[] {1, 5, 16, 23, 48, 77}) {
      int rows = 11;
      int columns = 13;
      float[] dy = Numbers.normal(random, 2 + rows * tokens);
      float[] x = Numbers.normal(random, 3 + columns * tokens);
      for (double density : new double[] {0.02, 0.2, 1}) {
        int[] chosen =
            IntStream.range(0, rows * columns).filter(i -> random.nextDouble() < density).toArray();
        int from = chosen.length > 2 ? 1 : 0;
        float[] actual = new float[chosen.length + 2];
        float[] expected = new float[chosen.length + 2];
        for (int q = from; q < chosen.length; q++) {
          int r = chosen[q] / columns;
          int c = chosen[q] % columns;
          expected[1 + q - from] = dot(dy, 2 + r * tokens, x, 3 + c * tokens, tokens);
        }
        kernels.maskedDots(dy, 2, x, 3, tokens, columns, chosen, from, chosen.length, actual, 1);
        assertSameBits(actual, expected, chosen.length + " masked dots of " + tokens);
      }
    }
  }

  @Test
  void softmaxIsThatOfEachColumn() {
    Random random = new Random(SEED);
    for (int rows : new int[] {1, 5, 33}) {
      for (int columns : new int[] {1, 5, 8, 19, 40}) {
        int ld = columns + random.nextInt(3);
        float scale = 0.125f;
        float[] s = Numbers.normal(random, 2 + rows * ld);
        float[] p = s.clone();
        kernels.softmaxColumns(p, 2, rows, columns, ld, scale);
        float[] dp = Numbers.normal(random, 2 + rows * ld);
        float[] ds = dp.clone();
        kernels.softmaxColumnsGradient(p, 2, ds, 2, rows, columns, ld, scale);
        double[] expected = toDouble(s);
        double[] slope = toDouble(dp);
        for (int j = 2; j < columns + 2; j++) {
          double sum = 0;
          for (int r = 0; r < rows; r++) {
            sum += StrictMath.exp(scale * s[j + r * ld]);
          }
          double mean = 0;
          for (int r = 0; r < rows; r++) {
            expected[j + r * ld] = StrictMath.exp(scale * s[j + r * ld]) / sum;
            mean += expected[j + r * ld] * dp[j + r * ld];
          }
          for (int r = 0; r < rows; r++) {
            slope[j + r * ld] = scale * expected[j + r * ld] * (dp[j + r * ld] - mean);
          }
        }
        assertClose(p, expected, 5e-7, "softmax");
        assertClose(ds, slope, 5e-7, "its gradient");
      }
    }
  }

  private static double[] toDouble(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }

  @Test
  void softmaxTakesTheMaximumOutFirst() {
    float[] s = {1e30f, 0f, -1e30f};
    kernels.softmaxColumns(s, 0, 3, 1, 1, 0.5f);
    assertThat(s).containsExactly(1f, 0f, 0f);
  }

  @Test
  void layerNormIsThatOfEachToken() {
    Random random = new Random(SEED);
    for (int tokens : new int[] {1, 7, 24, 150}) {
      int features = 48;
      float[] x = Numbers.normal(random, 1 + features * tokens);
      float[] gamma = Numbers.normal(random, features);
      float[] beta = Numbers.normal(random, features);
      float[] dy = Numbers.normal(random, features * tokens);
      float[] y = new float[features * tokens];
      float[] xhat = new float[features * tokens];
      float[] invStd = new float[tokens];
      kernels.layerNorm(x, 1, gamma, 0, beta, 0, features, tokens, 1e-5f, y, 0, xhat, 0, invStd, 0);
      float[] dx = dy.clone();
      kernels.layerNormGradient(dx, 0, xhat, 0, invStd, 0, gamma, 0, features, tokens, dx, 0);
      double[][] expected = new double[4][features * tokens];
      double[] std = new double[tokens];
      for (int t = 0; t < tokens; t++) {
        double mean = 0;
        for (int f = 0; f < features; f++) {
          mean += x[1 + f * tokens + t] / (double) features;
        }
        double variance = 0;
        for (int f = 0; f < features; f++) {
          variance += StrictMath.pow(x[1 + f * tokens + t] - mean, 2) / features;
        }
        std[t] = 1 / StrictMath.sqrt(variance + 1e-5);
        double sum = 0;
        double slope = 0;
        for (int f = 0; f < features; f++) {
          int at = f * tokens + t;
          expected[0][at] = (x[1 + at] - mean) * std[t];
          expected[1][at] = expected[0][at] * gamma[f] + beta[f];
          sum += dy[at] * gamma[f] / features;
          slope += dy[at] * gamma[f] * expected[0][at] / features;
        }
        for (int f = 0; f < features; f++) {
          int at = f * tokens + t;
          expected[2][at] = std[t] * (dy[at] * gamma[f] - sum - expected[0][at] * slope);
        }
      }
      assertClose(invStd, std, 1e-6, "1/σ");
      assertClose(xhat, expected[0], 2e-6, "xhat");
      assertClose(y, expected[1], 2e-6, "y");
      assertClose(dx, expected[2], 5e-6, "dx");
      float[] only = new float[features * tokens];
      kernels.layerNorm(
          x, 1, gamma, 0, beta, 0, features, tokens, 1e-5f, only, 0, only, 0, invStd, 0);
      assertSameBits(only, y, "y without xhat");
    }
  }

  @Test
  void arraysAreAdded() {
    float[] x = {9f, 1f, 2f, 3f, 4f};
    float[] y = {0f, 10f, 20f, 30f, 40f};
    kernels.add(x, 1, y, 0, 4);
    assertThat(y).containsExactly(1f, 12f, 23f, 34f, 40f);
    kernels.add(y, 0, y, 0, 2);
    assertThat(y).containsExactly(2f, 24f, 23f, 34f, 40f);
  }

  @Test
  void reluLetsNanPass() {
    float[] x = {-2f, Float.NaN, 3f, -0f, Float.NEGATIVE_INFINITY};
    float[] y = new float[5];
    kernels.relu(x, 0, y, 0, 5);
    assertThat(y).containsExactly(0f, Float.NaN, 3f, 0f, 0f);
    kernels.reluGradient(x, 0, new float[] {5f, 6f, 7f, 8f, 9f}, 0, y, 0, 5);
    assertThat(y).containsExactly(0f, 6f, 7f, 0f, 0f);
  }

  @Test
  void nanInOneElementIsSeenInTheResult() {
    float[] x = new float[40];
    Arrays.fill(x, 0.5f);
    x[17] = Float.NaN;
    float[] p = x.clone();
    kernels.softmaxColumns(p, 0, 4, 10, 10, 1f);
    assertThat(p[17]).isNaN();
    float[] y = new float[40];
    kernels.gelu(x, 0, y, 0, 40);
    assertThat(y[17]).isNaN();
    kernels.tanh(x, 0, y, 0, 40);
    assertThat(y[17]).isNaN();
    assertThat(kernels.dot(x, 0, x, 0, 40)).isNaN();
    assertThat(kernels.sum(x, 0, 40)).isNaN();
  }
}
