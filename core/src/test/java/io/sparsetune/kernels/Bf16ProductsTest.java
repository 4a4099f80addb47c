package io.sparsetune.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sparsetune.kernels.Products.Form;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On CPUs with AMX or AVX512-BF16; elsewhere the report says why these were left out. */
class Bf16ProductsTest {
  private static final int[][] SHAPES = {
    {384, 384}, {1536, 384}, {384, 1536}, {3072, 768}, {96, 50}, {2, 384}, {3, 1024}, {1, 768}
  };

  private final Random random = new Random(7);
  private final Kernels kernels = Kernels.create();

  @BeforeEach
  void onlyWhereTheCpuCan() {
    assumeThat(Bf16Products.missing()).isEmpty();
  }

  @Test
  void productsAreThoseOfTheRoundedOperands() {
    for (int round = 0; round < 60; round++) {
      int m = 1 + random.nextInt(70);
      int n = 1 + random.nextInt(90);
      int k = 1 + random.nextInt(130);
      for (Form form : Form.values()) {
        int lda = (form == Form.TN ? m : k) + random.nextInt(3);
        int ldb = (form == Form.NT ? k : n) + random.nextInt(3);
        int ldc = n + random.nextInt(3);
        float[] a = Numbers.normal(random, 2 + lda * Math.max(m, k));
        float[] b = Numbers.normal(random, 1 + ldb * Math.max(n, k));
        for (boolean accumulate : new boolean[] {false, true}) {
          float[] before = Numbers.normal(random, 3 + ldc * m);
          float[] c = before.clone();
          fresh(new float[0]).gemm(form, m, n, k, a, 2, lda, b, 1, ldb, c, 3, ldc, accumulate);
          for (int at = 0; at < c.length; at++) {
            int i = (at - 3) / ldc;
            int j = (at - 3) % ldc;
            if (at < 3 || j >= n) {
              assertThat(c[at]).isEqualTo(before[at]);
              continue;
            }
            double sum = accumulate ? before[at] : 0;
            double size = Math.abs(sum);
            for (int l = 0; l < k; l++) {
              double left = rounded(a[2 + (form == Form.TN ? l * lda + i : i * lda + l)]);
              double right = rounded(b[1 + (form == Form.NT ? j * ldb + l : l * ldb + j)]);
              sum += left * right;
              size += Math.abs(left * right);
            }
            assertThat((double) c[at]).isCloseTo(sum, within(1e-6 * size));
          }
        }
      }
    }
  }

  @Test
  void weightsAreConvertedAnewOnlyWhenTheyHaveChanged() {
    float[] theta = Numbers.normal(random, 10 + 64 * 32 + 64);
    float[] x = Numbers.normal(random, 32 * 40);
    Bf16Weights weights = new Bf16Weights(theta);
    Bf16Products products = new Bf16Products(kernels, weights);
    float[] y = layer(products, theta, x);
    assertThat(y).isEqualTo(layer(fresh(new float[0]), theta, x));
    theta[10] += 1;
    assertThat(layer(products, theta, x)).isEqualTo(y);
    weights.changed(9);
    assertThat(layer(products, theta, x)).isEqualTo(y);
    weights.changed(10);
    assertThat(layer(products, theta, x))
        .isNotEqualTo(y)
        .isEqualTo(layer(fresh(new float[0]), theta, x));
    float[] before = layer(products, theta, x);
    int[] some = {0, 31, 32, 2047};
    for (int position : some) {
      theta[10 + position] -= 1;
    }
    weights.changed(10, some);
    assertThat(layer(products, theta, x))
        .isNotEqualTo(before)
        .isEqualTo(layer(fresh(new float[0]), theta, x));
    assertThatThrownBy(
            () -> products.affine(32, 40, 32, theta, 10, x, 0, theta, 0, new float[32 * 40], 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid matrix at 10: 1024 entries, 2048 before");
  }

  /** So that an evaluation may pack examples as it likes. */
  @Test
  void aTokensBitsDoNotDependOnItsNeighbours() {
    for (int[] shape : SHAPES) {
      float[] w = Numbers.normal(random, shape[0] * shape[1]);
      float[] bias = Numbers.normal(random, shape[0]);
      int most = 1100;
      float[] x = Numbers.normal(random, shape[1] * most);
      float[] all = new float[shape[0] * most];
      Bf16Products products = fresh(w);
      products.affine(shape[0], most, shape[1], w, 0, x, 0, bias, 0, all, 0);
      for (int tokens : new int[] {1, 7, 32, 33, 90, 200, 320, 512, 700}) {
        int first = random.nextInt(most - tokens);
        float[] part = new float[shape[1] * tokens];
        for (int l = 0; l < shape[1]; l++) {
          System.arraycopy(x, l * most + first, part, l * tokens, tokens);
        }
        float[] y = new float[shape[0] * tokens];
        products.affine(shape[0], tokens, shape[1], w, 0, part, 0, bias, 0, y, 0);
        for (int i = 0; i < shape[0]; i++) {
          for (int j = 0; j < tokens; j++) {
            assertThat(y[i * tokens + j]).isEqualTo(all[i * most + first + j]);
          }
        }
      }
    }
  }

  @Test
  void threadsShareWeightsButNoThreadsAreAdded() throws Exception {
    float[] theta = Numbers.normal(random, 768 * 768);
    Bf16Weights weights = new Bf16Weights(theta);
    float[] x = Numbers.normal(random, 768 * 256);
    float[] bias = new float[768];
    Bf16Products first = new Bf16Products(kernels, weights);
    float[] expected = new float[768 * 256];
    first.affine(768, 256, 768, theta, 0, x, 0, bias, 0, expected, 0);
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      List<Future<float[]>> results = new ArrayList<>();
      int threads = 0;
      for (int round = 0; round < 3; round++) {
        for (int t = 0; t < 4; t++) {
          // The first one's kernels were made by another thread.
          Bf16Products own = t == 0 ? first : new Bf16Products(Kernels.create(), weights);
          results.add(
              pool.submit(
                  () -> {
                    float[] y = new float[768 * 256];
                    for (int i = 0; i < 5; i++) {
                      own.affine(768, 256, 768, theta, 0, x, 0, bias, 0, y, 0);
                    }
                    return y;
                  }));
        }
        for (Future<float[]> result : results) {
          assertThat(result.get()).isEqualTo(expected);
        }
        results.clear();
        threads = round == 0 ? threads() : threads;
      }
      assertThat(threads()).isLessThanOrEqualTo(threads + 1);
    } finally {
      pool.shutdownNow();
    }
  }

  /** As lengths of real text come: larger, and smaller, than what there was room for. */
  @Test
  void oneInstanceTakesShapesInAnyOrder() {
    Bf16Products used = fresh(new float[0]);
    for (int round = 0; round < 300; round++) {
      int m = 1 + random.nextInt(60 + round);
      int n = 1 + random.nextInt(60 + round);
      int k = 1 + random.nextInt(60 + round);
      float[] a = Numbers.normal(random, m * k);
      float[] b = Numbers.normal(random, k * n);
      for (Form form : Form.values()) {
        int lda = form == Form.TN ? m : k;
        int ldb = form == Form.NT ? k : n;
        float[] c = new float[m * n];
        float[] expected = new float[m * n];
        used.gemm(form, m, n, k, a, 0, lda, b, 0, ldb, c, 0, n, false);
        fresh(new float[0]).gemm(form, m, n, k, a, 0, lda, b, 0, ldb, expected, 0, n, false);
        assertThat(c).isEqualTo(expected);
      }
    }
  }

  @Test
  void manyTokensAreFilledUpToo() {
    int n = 40_001;
    float[] x = Numbers.normal(random, n);
    float[] y = new float[n];
    fresh(new float[0]).gemm(Form.NN, 1, n, 1, new float[] {2}, 0, 1, x, 0, n, y, 0, n, false);
    for (int i = 0; i < n; i++) {
      assertThat((double) y[i]).isEqualTo(2 * rounded(x[i]));
    }
  }

  @Test
  void notANumberStaysSo() {
    float[] x = {1, Float.NaN, 2, Float.POSITIVE_INFINITY};
    float[] y = new float[4];
    fresh(new float[0])
        .gemm(Form.NN, 2, 2, 2, new float[] {1, 0, 0, 1}, 0, 2, x, 0, 2, y, 0, 2, false);
    assertThat(y[1]).isNaN();
    assertThat(y[3]).isNaN();
  }

  private Bf16Products fresh(float[] theta) {
    return new Bf16Products(kernels, new Bf16Weights(theta));
  }

  private static float[] layer(Products products, float[] theta, float[] x) {
    float[] y = new float[64 * 40];
    products.affine(64, 40, 32, theta, 10, x, 0, theta, 10 + 64 * 32, y, 0);
    return y;
  }

  private static double rounded(float x) {
    return Float.intBitsToFloat(ScalarFunctions.toBf16(x) << 16);
  }

  /** Of this process, those of native code too. */
  private static int threads() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("Threads:"))
        .mapToInt(line -> Integer.parseInt(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
