package io.sparsetune.bigdl;

import io.sparsetune.kernels.Kernels;
import io.sparsetune.kernels.Products;
import io.sparsetune.kernels.Products.Form;
import io.sparsetune.mask.Mask;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.sums.GradientSum;
import io.sparsetune.sums.NotFiniteException;
import java.util.Arrays;

/**
 * Computes the gradients that a mask asks for and no others, and adds them to an exact sum. No
 * array is as long as a masked weight: entries come in chunks, dense products in blocks of rows.
 */
final class MaskedGradients implements Gradients {
  /**
   * Chosen share of a weight above which a dense product and a gather cost less than one dot
   * product for each entry. Measured at 64 to 2,048 tokens: dots reach 20 to 25 GFLOPS, products 60
   * to 75. It decides on sizes alone, so that every machine takes the same way to the same bits.
   */
  static final double DENSE_SHARE = 0.3;

  private static final int CHUNK = 4096;
  private static final int BLOCK = 1 << 16;

  private final ParameterLayout layout;
  private final Kernels kernels;
  private final Products products;
  private float[] scratch = new float[CHUNK];
  private Mask mask;
  private GradientSum sum;
  private long multiplyAdds;

  MaskedGradients(ParameterLayout layout, Kernels kernels, Products products) {
    this.layout = layout;
    this.kernels = kernels;
    this.products = products;
  }

  MaskedGradients into(Mask trained, GradientSum target) {
    if (target.size() != trained.size()) {
      throw new IllegalArgumentException(
          "Invalid sum: %d entries for a mask of %d".formatted(target.size(), trained.size()));
    }
    mask = trained;
    sum = target;
    return this;
  }

  /** Multiply-adds spent on weights' gradients so far. */
  long multiplyAdds() {
    return multiplyAdds;
  }

  int largestArray() {
    return scratch.length;
  }

  @Override
  public boolean wants(int tensor) {
    return mask.count(tensor) > 0;
  }

  @Override
  public void product(int tensor, float[] dy, int dyOffset, float[] x, int xOffset, int tokens) {
    int count = mask.count(tensor);
    if (count == 0) {
      return;
    }
    if (mask.isWhole(tensor) || count > DENSE_SHARE * layout.tensor(tensor).size()) {
      blocks(tensor, dy, dyOffset, x, xOffset, tokens);
    } else {
      entries(tensor, dy, dyOffset, x, xOffset, tokens);
    }
  }

  private void entries(int tensor, float[] dy, int dyOffset, float[] x, int xOffset, int tokens) {
    int[] positions = mask.positions(tensor);
    int columns = layout.tensor(tensor).columns();
    for (int from = 0; from < positions.length; from += CHUNK) {
      int to = Math.min(positions.length, from + CHUNK);
      kernels.maskedDots(
          dy, dyOffset, x, xOffset, tokens, columns, positions, from, to, scratch, 0);
      add(tensor, from, 0, to - from);
    }
    multiplyAdds += (long) positions.length * tokens;
  }

  private void blocks(int tensor, float[] dy, int dyOffset, float[] x, int xOffset, int tokens) {
    int columns = layout.tensor(tensor).columns();
    int rows = layout.tensor(tensor).size() / columns;
    int[] positions = mask.isWhole(tensor) ? null : mask.positions(tensor);
    int blockRows = Math.max(1, Math.min(rows, BLOCK / columns));
    ensure(blockRows * columns);
    int next = 0;
    for (int row = 0; row < rows; row += blockRows) {
      int height = Math.min(blockRows, rows - row);
      products.gemm(
          Form.NT,
          height,
          columns,
          tokens,
          dy,
          dyOffset + row * tokens,
          tokens,
          x,
          xOffset,
          tokens,
          scratch,
          0,
          columns,
          false);
      int begin = row * columns;
      if (positions == null) {
        add(tensor, begin, 0, height * columns);
        continue;
      }
      for (; next < positions.length && positions[next] < begin + height * columns; next++) {
        add(tensor, next, positions[next] - begin, 1);
      }
    }
    multiplyAdds += (long) rows * columns * tokens;
  }

  @Override
  public void rowSums(int tensor, float[] dy, int dyOffset, int tokens) {
    int count = mask.count(tensor);
    ensure(Math.min(count, layout.tensor(tensor).size()));
    for (int q = 0; q < count; q++) {
      scratch[q] = kernels.sum(dy, dyOffset + row(tensor, q) * tokens, tokens);
    }
    add(tensor, 0, 0, count);
  }

  @Override
  public void rowDots(int tensor, float[] dy, int dyOffset, float[] x, int xOffset, int tokens) {
    int count = mask.count(tensor);
    ensure(count);
    for (int q = 0; q < count; q++) {
      int at = row(tensor, q) * tokens;
      scratch[q] = kernels.dot(dy, dyOffset + at, x, xOffset + at, tokens);
    }
    add(tensor, 0, 0, count);
  }

  @Override
  public void lookups(int tensor, int[] rows, int frozenRow, float[] dz, int tokens) {
    if (!wants(tensor)) {
      return;
    }
    int features = layout.tensor(tensor).columns();
    ensure(features);
    Lookups lookups = new Lookups(rows, frozenRow, tokens);
    while (lookups.next()) {
      int begin = lookups.row() * features;
      if (mask.isWhole(tensor)) {
        for (int f = 0; f < features; f++) {
          scratch[f] = lookups.sum(dz, f, tokens);
        }
        add(tensor, begin, 0, features);
        continue;
      }
      int[] positions = mask.positions(tensor);
      int first = Arrays.binarySearch(positions, begin);
      int ordinal = first < 0 ? -first - 1 : first;
      int count = 0;
      for (int q = ordinal; q < positions.length && positions[q] < begin + features; q++) {
        scratch[count++] = lookups.sum(dz, positions[q] - begin, tokens);
      }
      add(tensor, ordinal, 0, count);
    }
  }

  private int row(int tensor, int ordinal) {
    return mask.isWhole(tensor) ? ordinal : mask.positions(tensor)[ordinal];
  }

  private void ensure(int size) {
    if (scratch.length < size) {
      scratch = new float[size];
    }
  }

  private void add(int tensor, int ordinal, int from, int count) {
    try {
      sum.add(mask.firstOrdinal(tensor) + ordinal, scratch, from, count);
    } catch (NotFiniteException e) {
      throw new NotFiniteException(layout.tensor(tensor).name() + ": " + e.getMessage());
    }
  }
}
