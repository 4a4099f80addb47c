package io.sparsetune.kernels;

import static io.sparsetune.kernels.Numbers.assertSameBits;

import io.sparsetune.kernels.Products.Form;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the products of every form of the kernels are, bit for bit: one chain for each element. */
abstract class ProductsContract {
  private static final long SEED = 20260101;

  private final Kernels kernels = kernels();

  abstract Kernels kernels();

  @Test
  void productsAreChainsOfFmaWithRisingTerms() {
    Random random = new Random(SEED);
    for (int round = 0; round < 150; round++) {
      boolean big = round % 25 == 0;
      int m = 1 + random.nextInt(big ? 150 : 20);
      int n = 1 + random.nextInt(big ? 150 : 50);
      int k = random.nextInt(big ? 700 : 40);
      for (Form form : Form.values()) {
        int lda = (form == Form.TN ? m : k) + random.nextInt(3);
        int ldb = (form == Form.NT ? k : n) + random.nextInt(3);
        int ldc = n + random.nextInt(3);
        int offset = random.nextInt(5);
        float[] a = Numbers.normal(random, offset + lda * Math.max(m, k));
        float[] b = Numbers.normal(random, offset + ldb * Math.max(n, k));
        if (round % 10 == 3) {
          a = Numbers.wild(random, a.length);
          b = Numbers.wild(random, b.length);
        }
        for (boolean accumulate : new boolean[] {false, true}) {
          float[] actual = Numbers.wild(random, offset + ldc * m + 1);
          float[] expected = actual.clone();
          product(form, m, n, k, a, offset, lda, b, offset, ldb, expected, offset, ldc, accumulate);
          kernels.gemm(
              form, m, n, k, a, offset, lda, b, offset, ldb, actual, offset, ldc, accumulate);
          assertSameBits(
              actual, expected, form + " " + m + "x" + n + "x" + k + " accumulate " + accumulate);
        }
      }
    }
  }

  /**
   * More terms than are packed at once with 16 lanes, in groups of three blocks and two and of one
   * each; more columns of A than are packed at once, 384 and fewer where C is wide.
   */
  @Test
  void productsOfManyBlocksAreTheSameChains() {
    Random random = new Random(SEED);
    for (int[] shape :
        new int[][] {{9, 300, 1100}, {9, 1100, 701}, {401, 20, 30}, {401, 500, 17}}) {
      int m = shape[0];
      int n = shape[1];
      int k = shape[2];
      for (Form form : Form.values()) {
        int lda = form == Form.TN ? m : k;
        int ldb = form == Form.NT ? k : n;
        float[] a = Numbers.normal(random, m * k);
        float[] b = Numbers.normal(random, n * k);
        float[] actual = Numbers.normal(random, m * n);
        float[] expected = actual.clone();
        for (boolean accumulate : new boolean[] {true, false}) {
          product(form, m, n, k, a, 0, lda, b, 0, ldb, expected, 0, n, accumulate);
          kernels.gemm(form, m, n, k, a, 0, lda, b, 0, ldb, actual, 0, n, accumulate);
          assertSameBits(
              actual, expected, form + " " + Arrays.toString(shape) + " accumulate " + accumulate);
        }
      }
    }
  }

  /** Whole tiles and blocks, one more and one fewer. */
  @Test
  void productsAreRightAtTheEdgesOfTilesAndBlocks() {
    Random random = new Random(SEED);
    for (int m : new int[] {1, 7, 8, 9, 17, 127, 128, 129}) {
      for (int n : new int[] {1, 15, 16, 17, 31, 32, 33}) {
        for (int k : new int[] {0, 1, 383, 384, 385, 769}) {
          for (Form form : Form.values()) {
            int lda = form == Form.TN ? m : k;
            int ldb = form == Form.NT ? k : n;
            float[] a = Numbers.normal(random, m * k);
            float[] b = Numbers.normal(random, k * n);
            float[] actual = Numbers.normal(random, m * n);
            float[] expected = actual.clone();
            product(form, m, n, k, a, 0, lda, b, 0, ldb, expected, 0, n, true);
            kernels.gemm(form, m, n, k, a, 0, lda, b, 0, ldb, actual, 0, n, true);
            assertSameBits(actual, expected, form + " " + m + "x" + n + "x" + k);
          }
        }
      }
    }
  }

  @Test
  void aProductsColumnsDoNotDependOnTheirNeighbours() {
    Random random = new Random(SEED);
    int m = 37;
    int n = 70;
    int k = 500;
    float[] a = Numbers.normal(random, m * k);
    float[] b = Numbers.normal(random, k * n);
    float[] whole = new float[m * n];
    kernels.gemm(Form.NN, m, n, k, a, 0, k, b, 0, n, whole, 0, n, false);
    float[] parts = new float[m * n];
    for (int j = 0; j < n; ) {
      int width = Math.min(n - j, 1 + random.nextInt(20));
      kernels.gemm(Form.NN, m, width, k, a, 0, k, b, j, n, parts, j, n, false);
      j += width;
    }
    assertSameBits(parts, whole, "columns");
  }

  @Test
  void aDenseLayersChainsStartAtItsBias() {
    Random random = new Random(SEED);
    for (int round = 0; round < 40; round++) {
      int m = 1 + random.nextInt(150);
      int n = 1 + random.nextInt(70);
      int k = round == 0 ? 0 : random.nextInt(round % 10 == 0 ? 900 : 50);
      float[] w = Numbers.normal(random, 2 + m * k);
      float[] x = Numbers.normal(random, 1 + k * n);
      float[] v = Numbers.normal(random, 3 + m);
      float[] expected = new float[4 + m * n + 1];
      for (int i = 0; i < m * n; i++) {
        expected[4 + i] = v[3 + i / n];
      }
      float[] actual = Numbers.wild(random, expected.length);
      actual[actual.length - 1] = 0f;
      Arrays.fill(actual, 0, 4, 0f);
      product(Form.NN, m, n, k, w, 2, k, x, 1, n, expected, 4, n, true);
      kernels.affine(m, n, k, w, 2, x, 1, v, 3, actual, 4);
      assertSameBits(actual, expected, m + "x" + n + "x" + k);
    }
  }

  private static void product(
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
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        float s = accumulate ? c[cOffset + i * ldc + j] : 0f;
        for (int l = 0; l < k; l++) {
          float left = a[aOffset + (form == Form.TN ? l * lda + i : i * lda + l)];
          float right = b[bOffset + (form == Form.NT ? j * ldb + l : l * ldb + j)];
          s = Math.fma(left, right, s);
        }
        c[cOffset + i * ldc + j] = s;
      }
    }
  }
}
