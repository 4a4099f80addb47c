package io.sparsetune.kernels;

import java.util.Arrays;

/**
 * A matrix W [rows, columns] as {@link VectorGemm} packs the left operand of Wᵀ·x: strips of as
 * many columns as a vector has lanes, each [rows, lanes]; a row of −0 makes odd rows even.
 */
final class PackedMatrix {
  private static final int L = VectorLanes.COUNT;

  private final int rows;
  private final int columns;
  private final float[] values;

  PackedMatrix(int rows, int columns) {
    this.rows = rows;
    this.columns = columns;
    int strips = (columns + L - 1) / L;
    this.values = new float[Math.toIntExact((long) strips * strip())];
    if (rows % 2 == 1) {
      for (int column = 0; column < columns; column += L) {
        int at = at(rows, column);
        Arrays.fill(values, at, at + L, -0f);
      }
    }
  }

  int rows() {
    return rows;
  }

  int columns() {
    return columns;
  }

  float[] values() {
    return values;
  }

  /** From a strip to the next, which is never at the same place in a cache. */
  int strip() {
    return VectorGemm.even(rows) * L + VectorGemm.GAP;
  }

  int at(int row, int column) {
    return column / L * strip() + row * L + column % L;
  }

  /** All elements, from w's, contiguous. */
  void put(float[] w, int offset) {
    for (int column = 0; column < columns; column += L) {
      int width = Math.min(L, columns - column);
      int to = at(0, column);
      for (int row = 0; row < rows; row++, to += L) {
        System.arraycopy(w, offset + row * columns + column, values, to, width);
      }
    }
  }

  /**
   * Some of them.
   *
   * @param positions rising
   */
  void put(float[] w, int offset, int[] positions) {
    int row = 0;
    int start = 0;
    for (int position : positions) {
      while (position - start >= columns) {
        row++;
        start += columns;
      }
      values[at(row, position - start)] = w[offset + position];
    }
  }
}
