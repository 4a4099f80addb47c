package io.sparsetune.kernels;

import io.sparsetune.kernels.Products.Form;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Matrix products in blocks: of B's terms by columns a panel of {@link #WIDTH} columns, 24 kB with
 * 8 lanes and 32 kB with 16, stays in the first-level cache while the rows of a packed block of A,
 * in the second-level cache, pass by. As many blocks of B's terms as the second-level cache takes
 * are packed at once, so that a block of A's rows goes through all of them while its part of C is
 * there too. Between blocks of terms, partial sums wait in C, as exact there as in a register: the
 * blocking does not touch the bits. A is packed as it comes, in rows or in columns, since turning
 * it costs more than reading it either way.
 */
final class VectorGemm {
  private static final VectorSpecies<Float> S = VectorLanes.FLOATS;
  private static final int L = VectorLanes.COUNT;

  /** Where vectors have 16 lanes there are 32 registers for them. */
  private static final boolean TALL = L == 16;

  /** Columns of a tile of C and of a panel of packed B. */
  static final int WIDTH = 2 * L;

  /**
   * The most terms of a block, so that its panel of B and a tile's rows of A fit the first-level
   * cache.
   */
  private static final int TERMS = TALL ? 256 : 384;

  /**
   * From a packed row of A to the next: an odd number of cache lines, so that all sets are used.
   */
  static final int STRIDE = TERMS + 16;

  /** From a packed strip of columns of A, as wide as a vector, to the next. */
  private static final int STRIP = L * TERMS + 64;

  private static final int ROWS = TALL ? VectorTallTile.ROWS : VectorTile.ROWS;

  /** Rows of A packed at once. */
  private static final int BLOCK = 128;

  /**
   * The most columns of A packed at once, up to 420 kB, fewer where n is large: rows of A are read
   * in long pieces, while the block's part of C, 2¹⁷ elements, is in the second-level cache.
   */
  private static final int COLUMNS = TALL ? 384 : BLOCK;

  private static final int PART_OF_C = 1 << 17;

  /**
   * Elements of B packed at once, 1 MB, where one block of terms is not more: half of the
   * second-level cache of the CPUs that these sizes were measured on. Those with shorter vectors
   * have smaller ones.
   */
  private static final int PACKED = TALL ? 1 << 18 : 0;

  /**
   * Where packed B starts, and how long its array is at least: G1 gives arrays of 4 MB and more
   * whole regions in heaps of up to 16 GB, so that element 12, after a header of 16 bytes, starts a
   * cache line. Elsewhere vectors may lie across two lines, which costs 4 to 8% of a product.
   */
  private static final int ALIGNED = 12;

  private static final int OWN_REGION = 1 << 20;

  private final float[] packedA = new float[Math.max(BLOCK * STRIDE, COLUMNS / L * STRIP)];
  private final float[] edge = new float[ROWS * WIDTH];
  private float[] packedB = new float[0];
  private float[] start = new float[0];

  void multiply(
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
    float[] from = null;
    if (!accumulate) {
      from = starts(m);
      Arrays.fill(from, 0, m + ROWS, 0f);
    }
    product(form, m, n, k, a, aOffset, lda, b, bOffset, ldb, c, cOffset, ldc, from);
  }

  void affine(
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
    float[] from = starts(m);
    System.arraycopy(bias, biasOffset, from, 0, m);
    product(Form.NN, m, n, k, w, wOffset, k, x, xOffset, n, y, yOffset, n, from);
  }

  /** Where rows of C start from, with room for the last tile's. */
  private float[] starts(int m) {
    if (start.length < m + ROWS) {
      start = new float[m + ROWS];
    }
    return start;
  }

  /**
   * @param from where each row of C starts, with room for the last tile's; null to go on from C
   */
  private void product(
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
      float[] from) {
    int blocks = Math.max(1, (k + TERMS - 1) / TERMS);
    int step = even((k + blocks - 1) / blocks);
    int width = Math.max(1, (n + WIDTH - 1) / WIDTH) * WIDTH;
    int group = step * Math.max(1, Math.min(blocks, PACKED / Math.max(1, step * width)));
    need(Math.min(group, even(k)) * width);
    boolean columns = form == Form.TN;
    int block = columns ? Math.max(BLOCK, Math.min(COLUMNS, PART_OF_C / width / L * L)) : BLOCK;
    int first = 0;
    do {
      int end = Math.min(k, first + group);
      packAll(form, n, first, end, step, width, b, bOffset, ldb);
      for (int i = 0; i < m; i += block) {
        int rows = Math.min(block, m - i);
        int l = first;
        int p = ALIGNED;
        do {
          int terms = Math.min(step, end - l);
          if (columns) {
            packColumns(a, aOffset + l * lda + i, lda, rows, terms);
          } else if (terms > 0) {
            packRows(a, aOffset + i * lda + l, lda, rows, terms);
          }
          float[] begins = l == 0 ? from : null;
          block(columns, i, rows, n, p, even(terms), c, cOffset, ldc, begins);
          p += even(terms) * width;
          l += step;
        } while (l < end);
      }
      first += group;
    } while (first < k);
  }

  /** Packs B's terms from first to end, block by block. */
  private void packAll(
      Form form, int n, int first, int end, int step, int width, float[] b, int bOffset, int ldb) {
    int p = ALIGNED;
    for (int l = first; l < end; l += step) {
      int terms = Math.min(step, end - l);
      if (form == Form.NT) {
        packTransposed(b, bOffset + l, ldb, n, terms, p);
      } else {
        pack(b, bOffset + l * ldb, ldb, n, terms, p);
      }
      p += even(terms) * width;
    }
  }

  private static int even(int n) {
    return n + (n & 1);
  }

  /** All tiles of the packed rows; those that C cuts are worked on in a copy. */
  private void block(
      boolean columns,
      int first,
      int rows,
      int n,
      int panels,
      int depth,
      float[] c,
      int cOffset,
      int ldc,
      float[] from) {
    for (int j = 0, p = panels; j < n; j += WIDTH, p += depth * WIDTH) {
      int width = Math.min(WIDTH, n - j);
      for (int i = 0; i < rows; i += ROWS) {
        int at = cOffset + (first + i) * ldc + j;
        int height = Math.min(ROWS, rows - i);
        if (width == WIDTH && height == ROWS) {
          tile(columns, i, p, depth, c, at, ldc, from, first + i);
        } else {
          for (int r = 0; r < height && from == null; r++) {
            System.arraycopy(c, at + r * ldc, edge, r * WIDTH, width);
          }
          if (TALL && width <= L) {
            narrow(columns, i, p, depth, from, first + i);
          } else {
            tile(columns, i, p, depth, edge, 0, WIDTH, from, first + i);
          }
          for (int r = 0; r < height; r++) {
            System.arraycopy(edge, r * WIDTH, c, at + r * ldc, width);
          }
        }
      }
    }
  }

  private void tile(
      boolean columns,
      int row,
      int p,
      int depth,
      float[] c,
      int cOffset,
      int ldc,
      float[] from,
      int fromOffset) {
    int q = packedAt(columns, row);
    if (TALL && columns) {
      VectorTallTile.columns(packedA, q, packedB, p, depth, c, cOffset, ldc, from, fromOffset);
    } else if (TALL) {
      VectorTallTile.rows(packedA, q, packedB, p, depth, c, cOffset, ldc, from, fromOffset);
    } else if (columns) {
      VectorTile.columns(packedA, q, packedB, p, depth, c, cOffset, ldc, from, fromOffset);
    } else {
      VectorTile.rows(packedA, q, packedB, p, depth, c, cOffset, ldc, from, fromOffset);
    }
  }

  /** A tile in {@link #edge} of which at most the left half is wanted. */
  private void narrow(boolean columns, int row, int p, int depth, float[] from, int fromOffset) {
    int q = packedAt(columns, row);
    int rowStep = columns ? 1 : STRIDE;
    int termStep = columns ? L : 1;
    VectorTallTile.narrow(packedA, q, rowStep, termStep, packedB, p, depth, edge, from, fromOffset);
  }

  private static int packedAt(boolean columns, int row) {
    return columns ? row / L * STRIP + row % L : row * STRIDE;
  }

  /** Odd terms are made even by −0 in A and +0 in B: c + −0 = c, whatever c. */
  private void packRows(float[] a, int from, int lda, int rows, int terms) {
    for (int i = 0; i < rows; i++) {
      System.arraycopy(a, from + i * lda, packedA, i * STRIDE, terms);
      if (terms % 2 == 1) {
        packedA[i * STRIDE + terms] = -0f;
      }
    }
  }

  private void packColumns(float[] a, int from, int lda, int rows, int terms) {
    float[] p = packedA;
    for (int l = 0; l < terms; l++) {
      int at = from + l * lda;
      int to = l * L;
      int i = 0;
      for (; i + L <= rows; i += L, to += STRIP) {
        FloatVector.fromArray(S, a, at + i).intoArray(p, to);
      }
      if (i < rows) {
        System.arraycopy(a, at + i, p, to, rows - i);
      }
    }
    if (terms % 2 == 1) {
      for (int to = terms * L, i = 0; i < rows; i += L, to += STRIP) {
        Arrays.fill(p, to, to + L, -0f);
      }
    }
  }

  private void pack(float[] b, int from, int ldb, int n, int terms, int panels) {
    float[] p = packedB;
    int panel = even(terms) * WIDTH;
    int whole = n - n % WIDTH;
    for (int l = 0; l < terms; l++) {
      int at = from + l * ldb;
      int to = panels + l * WIDTH;
      for (int j = 0; j < whole; j += WIDTH, to += panel) {
        FloatVector.fromArray(S, b, at + j).intoArray(p, to);
        FloatVector.fromArray(S, b, at + j + L).intoArray(p, to + L);
      }
      if (whole < n && at + whole + WIDTH <= b.length) {
        // What lies behind the row's end goes into columns of a tile that are left out.
        FloatVector.fromArray(S, b, at + whole).intoArray(p, to);
        FloatVector.fromArray(S, b, at + whole + L).intoArray(p, to + L);
      } else if (whole < n) {
        System.arraycopy(b, at + whole, p, to, n - whole);
        Arrays.fill(p, to + n - whole, to + WIDTH, 0f);
      }
    }
    evenOut(n, terms, panels);
  }

  private void packTransposed(float[] b, int from, int ldb, int n, int terms, int panels) {
    float[] p = packedB;
    int panel = even(terms) * WIDTH;
    for (int j = 0, to = panels; j < n; j += WIDTH, to += panel) {
      int width = Math.min(WIDTH, n - j);
      if (width < WIDTH) {
        Arrays.fill(p, to, to + panel, 0f);
      }
      for (int w = 0; w < width; w++) {
        int at = from + (j + w) * ldb;
        for (int l = 0; l < terms; l++) {
          p[to + l * WIDTH + w] = b[at + l];
        }
      }
    }
    evenOut(n, terms, panels);
  }

  private void evenOut(int n, int terms, int panels) {
    if (terms % 2 == 1) {
      int panel = even(terms) * WIDTH;
      for (int to = panels + terms * WIDTH, j = 0; j < n; j += WIDTH, to += panel) {
        Arrays.fill(packedB, to, to + WIDTH, 0f);
      }
    }
  }

  private void need(int size) {
    if (packedB.length < ALIGNED + size) {
      packedB = new float[Math.max(OWN_REGION, ALIGNED + size)];
    }
  }
}
