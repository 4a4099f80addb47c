package io.sparsetune.bigdl;

import java.util.Arrays;

/** A micro-batch's look-ups in a table, brought together by row. */
final class Lookups {
  private final int frozenRow;
  private final long[] rowThenToken;
  private int from;
  private int to;

  Lookups(int[] rows, int frozenRow, int tokens) {
    this.frozenRow = frozenRow;
    this.rowThenToken = new long[tokens];
    for (int t = 0; t < tokens; t++) {
      rowThenToken[t] = (long) rows[t] << 32 | t;
    }
    Arrays.sort(rowThenToken);
  }

  /** Moves to the next row that was looked up and has a gradient; rows rise. */
  boolean next() {
    do {
      from = to;
      if (from == rowThenToken.length) {
        return false;
      }
      while (to < rowThenToken.length && row(to) == row(from)) {
        to++;
      }
    } while (row(from) == frozenRow);
    return true;
  }

  int row() {
    return row(from);
  }

  /** The row's gradient at that feature: the sum over its tokens, rising. */
  float sum(float[] dz, int feature, int tokens) {
    float sum = 0;
    for (int i = from; i < to; i++) {
      sum += dz[feature * tokens + (int) rowThenToken[i]];
    }
    return sum;
  }

  private int row(int i) {
    return (int) (rowThenToken[i] >>> 32);
  }
}
