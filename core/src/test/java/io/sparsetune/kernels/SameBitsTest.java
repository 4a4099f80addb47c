package io.sparsetune.kernels;

import static io.sparsetune.kernels.Numbers.assertSameBits;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The vector form gives the scalar form's bits, for all numbers there are, cold and warm. */
class SameBitsTest {
  private static final int N = 203;

  private final Kernels scalar = new ScalarKernels();
  private final Kernels vector = new VectorKernels();

  @Test
  void everyOperationGivesTheSameBitsForAllKindsOfNumbers() {
    for (int seed = 0; seed < 60; seed++) {
      compare(seed, scalar, vector);
    }
  }

  @Test
  void warmCodeGivesTheBitsOfTheFirstCalls() {
    List<float[]> first = run(1, vector);
    List<float[]> firstScalar = run(1, scalar);
    for (int i = 0; i < 20_000; i++) {
      run(2, vector);
      run(2, scalar);
    }
    List<float[]> warm = run(1, vector);
    List<float[]> warmScalar = run(1, scalar);
    for (int i = 0; i < first.size(); i++) {
      assertSameBits(warm.get(i), first.get(i), "vector, result " + i);
      assertSameBits(warmScalar.get(i), first.get(i), "scalar, result " + i);
      assertSameBits(firstScalar.get(i), first.get(i), "cold scalar, result " + i);
    }
  }

  private static void compare(int seed, Kernels expected, Kernels actual) {
    List<float[]> e = run(seed, expected);
    List<float[]> a = run(seed, actual);
    for (int i = 0; i < e.size(); i++) {
      assertSameBits(a.get(i), e.get(i), "seed " + seed + ", result " + i);
    }
  }

  /**
   * All operations but the products and dots, whose definitions {@link ProductsContract} and {@link
   * KernelsContract} repeat.
   */
  private static List<float[]> run(int seed, Kernels k) {
    Random random = new Random(seed);
    boolean wild = seed % 3 != 2;
    int n = seed == 2 ? 19 : 1 + random.nextInt(N - 10);
    float[] x = wild ? Numbers.wild(random, N) : Numbers.normal(random, N);
    float[] dy = wild ? Numbers.wild(random, N) : Numbers.normal(random, N);
    int xo = random.nextInt(5);
    int yo = random.nextInt(5);
    List<float[]> results = new ArrayList<>();
    k.gelu(x, xo, result(results), yo, n);
    k.geluGradient(x, xo, dy, 1, result(results), yo, n);
    k.geluTanh(x, xo, result(results), yo, n);
    k.geluTanhGradient(x, xo, dy, 1, result(results), yo, n);
    k.relu(x, xo, result(results), yo, n);
    k.reluGradient(x, xo, dy, 1, result(results), yo, n);
    k.silu(x, xo, result(results), yo, n);
    k.siluGradient(x, xo, dy, 1, result(results), yo, n);
    k.tanh(x, xo, result(results), yo, n);
    k.exp(x, xo, result(results), yo, n);
    k.dropout(x, xo, result(results), yo, n, random.nextLong(), random.nextInt(), 9000, 1.159f);
    k.add(x, xo, dy, yo, n);
    results.add(dy);
    int columns = 1 + random.nextInt(25);
    int rows = 180 / (columns + 2);
    float[] p = x.clone();
    k.softmaxColumns(p, xo, rows, columns, columns + 2, 0.3f);
    results.add(p);
    float[] dp = dy.clone();
    k.softmaxColumnsGradient(p, xo, dp, yo, rows, columns, columns + 2, 0.3f);
    results.add(dp);
    float[] xhat = result(results);
    float[] invStd = result(results);
    k.layerNorm(
        x, xo, dy, 0, dy, 3, rows, columns, 1e-12f, result(results), yo, xhat, 2, invStd, 1);
    k.layerNormGradient(dy, yo, xhat, 2, invStd, 1, x, 0, rows, columns, result(results), xo);
    return results;
  }

  private static float[] result(List<float[]> results) {
    float[] values = new float[N + 5];
    results.add(values);
    return values;
  }
}
