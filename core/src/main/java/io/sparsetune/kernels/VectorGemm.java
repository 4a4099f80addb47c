package io.sparsetune.kernels;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Matrix products in blocks: of B's terms by columns a panel of {@link VectorTile#WIDTH} columns,
 * 24 kB with 8 lanes and 48 kB with 16, stays in the nearest caches while the rows of a packed
 * block of A, in the second-level cache, pass by. Between blocks of terms, partial sums wait in C,
 * as exact there as in a register: the blocking does not touch the bits.
 */
final class VectorGemm {
  private static final VectorSpecies<Float> S = VectorLanes.FLOATS;
  private static final int L = VectorLanes.COUNT;
  private static final int ROWS = VectorTile.ROWS;
  private static final int WIDTH = VectorTile.WIDTH;

  /**
   * From a packed tile of A to the next: not a power of two, so that they share no cache sets, and
   * with room for what {@link #packColumns} stores too much.
   */
  private static final int TILE = ROWS * VectorTile.TERMS + 64;

  /** Tiles of A packed at once: 205 kB. */
  private static final int TILES = 32;

  private final float[] packedA = new float[TILES * TILE];
  private final float[] edge = new float[ROWS * WIDTH];
  private float[] packedB = new float[0];

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
    if (k == 0 && !accumulate) {
      for (int i = 0; i < m; i++) {
        Arrays.fill(c, cOffset + i * ldc, cOffset + i * ldc + n, 0f);
      }
    }
    int blocks = (k + VectorTile.TERMS - 1) / VectorTile.TERMS;
    int step = blocks == 0 ? 1 : even((k + blocks - 1) / blocks);
    for (int l = 0; l < k; l += step) {
      int terms = Math.min(step, k - l);
      int depth = even(terms);
      boolean fromZero = l == 0 && !accumulate;
      if (form == Kernels.Form.NT) {
        packTransposed(b, bOffset + l, ldb, n, terms, depth);
      } else {
        pack(b, bOffset + l * ldb, ldb, n, terms, depth);
      }
      for (int i = 0; i < m; i += ROWS * TILES) {
        int rows = Math.min(ROWS * TILES, m - i);
        if (form == Kernels.Form.TN) {
          packColumns(a, aOffset + l * lda + i, lda, rows, terms);
        } else {
          packRows(a, aOffset + i * lda + l, lda, rows, terms);
        }
        block(rows, n, depth, c, cOffset + i * ldc, ldc, fromZero);
      }
    }
  }

  private static int even(int n) {
    return n + (n & 1);
  }

  /** All tiles of the packed rows; those that C cuts are worked on in a copy. */
  private void block(
      int rows, int n, int depth, float[] c, int cOffset, int ldc, boolean fromZero) {
    for (int j = 0, p = 0; j < n; j += WIDTH, p += depth * WIDTH) {
      int width = Math.min(WIDTH, n - j);
      for (int i = 0, q = 0; i < rows; i += ROWS, q += TILE) {
        int at = cOffset + i * ldc + j;
        int height = Math.min(ROWS, rows - i);
        if (width == WIDTH && height == ROWS) {
          VectorTile.multiply(packedA, q, packedB, p, depth, c, at, ldc, fromZero);
        } else {
          for (int r = 0; r < height && !fromZero; r++) {
            System.arraycopy(c, at + r * ldc, edge, r * WIDTH, width);
          }
          VectorTile.multiply(packedA, q, packedB, p, depth, edge, 0, WIDTH, fromZero);
          for (int r = 0; r < height; r++) {
            System.arraycopy(edge, r * WIDTH, c, at + r * ldc, width);
          }
        }
      }
    }
  }

  /** Odd terms are made even by −0 in A and +0 in B: c + −0 = c, whatever c. */
  private void packRows(float[] a, int from, int lda, int rows, int terms) {
    float[] p = packedA;
    int last = from + (rows - 1) * lda;
    for (int i = 0, to = 0; i < rows; i += ROWS, to += TILE) {
      int a0 = from + i * lda;
      int a1 = Math.min(a0 + lda, last);
      int a2 = Math.min(a1 + lda, last);
      int a3 = Math.min(a2 + lda, last);
      for (int l = 0, q = to; l < terms; l++, q += ROWS) {
        p[q] = a[a0 + l];
        p[q + 1] = a[a1 + l];
        p[q + 2] = a[a2 + l];
        p[q + 3] = a[a3 + l];
      }
    }
    evenOut(rows, terms);
  }

  /**
   * Stores a vector where a tile's four values go: what is too much is overwritten by the next term
   * or lies behind the last. (Another species for four lanes would spoil the JIT compiler's type
   * profiles: every vector of the process would become an object.)
   */
  private void packColumns(float[] a, int from, int lda, int rows, int terms) {
    float[] p = packedA;
    for (int l = 0; l < terms; l++) {
      int at = from + l * lda;
      int to = l * ROWS;
      int readable = a.length - at - L < 0 ? 0 : (a.length - at - L) / ROWS + 1;
      int fast = Math.min(rows / ROWS, readable);
      for (int t = 0; t < fast; t++) {
        FloatVector.fromArray(S, a, at + t * ROWS).intoArray(p, to + t * TILE);
      }
      for (int t = fast; t * ROWS < rows; t++) {
        for (int r = 0; r < ROWS; r++) {
          p[to + t * TILE + r] = a[at + Math.min(t * ROWS + r, rows - 1)];
        }
      }
    }
    evenOut(rows, terms);
  }

  private void evenOut(int rows, int terms) {
    if (terms % 2 == 1) {
      for (int t = 0; t * ROWS < rows; t++) {
        Arrays.fill(packedA, t * TILE + terms * ROWS, t * TILE + (terms + 1) * ROWS, -0f);
      }
    }
  }

  private void pack(float[] b, int from, int ldb, int n, int terms, int depth) {
    need(n, depth);
    float[] p = packedB;
    int to = 0;
    int j = 0;
    for (; j + WIDTH <= n; j += WIDTH, to += depth * WIDTH) {
      for (int l = 0; l < terms; l++) {
        int at = from + l * ldb + j;
        FloatVector.fromArray(S, b, at).intoArray(p, to + l * WIDTH);
        FloatVector.fromArray(S, b, at + L).intoArray(p, to + l * WIDTH + L);
      }
      Arrays.fill(p, to + terms * WIDTH, to + depth * WIDTH, 0f);
    }
    if (j < n) {
      Arrays.fill(p, to, to + depth * WIDTH, 0f);
      for (int l = 0; l < terms; l++) {
        System.arraycopy(b, from + l * ldb + j, p, to + l * WIDTH, n - j);
      }
    }
  }

  private void packTransposed(float[] b, int from, int ldb, int n, int terms, int depth) {
    need(n, depth);
    float[] p = packedB;
    for (int j = 0, to = 0; j < n; j += WIDTH, to += depth * WIDTH) {
      int width = Math.min(WIDTH, n - j);
      if (width < WIDTH) {
        Arrays.fill(p, to, to + depth * WIDTH, 0f);
      }
      for (int w = 0; w < width; w++) {
        int at = from + (j + w) * ldb;
        for (int l = 0; l < terms; l++) {
          p[to + l * WIDTH + w] = b[at + l];
        }
      }
      Arrays.fill(p, to + terms * WIDTH, to + depth * WIDTH, 0f);
    }
  }

  private void need(int n, int depth) {
    int size = (n + WIDTH - 1) / WIDTH * WIDTH * depth;
    if (packedB.length < size) {
      packedB = new float[size];
    }
  }
}
