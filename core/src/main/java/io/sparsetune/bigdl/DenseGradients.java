package io.sparsetune.bigdl;

import io.sparsetune.kernels.Kernels;
import io.sparsetune.kernels.Products;
import io.sparsetune.kernels.Products.Form;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.sums.DenseGradientSink;
import java.util.Arrays;

/** Computes whole gradients, one tensor at a time, for a round of scores. */
final class DenseGradients implements Gradients {
  private final ParameterLayout layout;
  private final Kernels kernels;
  private final Products products;
  private float[] scratch = {};
  private DenseGradientSink sum;
  private int examples;
  private long multiplyAdds;

  DenseGradients(ParameterLayout layout, Kernels kernels, Products products) {
    this.layout = layout;
    this.kernels = kernels;
    this.products = products;
  }

  DenseGradients into(DenseGradientSink target, int batchExamples) {
    sum = target;
    examples = batchExamples;
    return this;
  }

  long multiplyAdds() {
    return multiplyAdds;
  }

  int largestArray() {
    return scratch.length;
  }

  @Override
  public boolean wants(int tensor) {
    return sum.wants(tensor);
  }

  @Override
  public void product(int tensor, float[] dy, int dyOffset, float[] x, int xOffset, int tokens) {
    if (!wants(tensor)) {
      return;
    }
    int columns = layout.tensor(tensor).columns();
    int rows = layout.tensor(tensor).size() / columns;
    ensure(rows * columns);
    products.gemm(
        Form.NT, rows, columns, tokens, dy, dyOffset, tokens, x, xOffset, tokens, scratch, 0,
        columns, false);
    multiplyAdds += (long) rows * columns * tokens;
    sum.add(tensor, scratch, 0, examples);
  }

  @Override
  public void rowSums(int tensor, float[] dy, int dyOffset, int tokens) {
    if (!wants(tensor)) {
      return;
    }
    int rows = layout.tensor(tensor).size();
    ensure(rows);
    for (int r = 0; r < rows; r++) {
      scratch[r] = kernels.sum(dy, dyOffset + r * tokens, tokens);
    }
    sum.add(tensor, scratch, 0, examples);
  }

  @Override
  public void rowDots(int tensor, float[] dy, int dyOffset, float[] x, int xOffset, int tokens) {
    if (!wants(tensor)) {
      return;
    }
    int rows = layout.tensor(tensor).size();
    ensure(rows);
    for (int r = 0; r < rows; r++) {
      scratch[r] = kernels.dot(dy, dyOffset + r * tokens, x, xOffset + r * tokens, tokens);
    }
    sum.add(tensor, scratch, 0, examples);
  }

  @Override
  public void lookups(int tensor, int[] rows, int frozenRow, float[] dz, int tokens) {
    if (!wants(tensor)) {
      return;
    }
    int size = layout.tensor(tensor).size();
    int features = layout.tensor(tensor).columns();
    ensure(size);
    Arrays.fill(scratch, 0, size, 0);
    Lookups lookups = new Lookups(rows, frozenRow, tokens);
    while (lookups.next()) {
      for (int f = 0; f < features; f++) {
        scratch[lookups.row() * features + f] = lookups.sum(dz, f, tokens);
      }
    }
    sum.add(tensor, scratch, 0, examples);
  }

  private void ensure(int size) {
    if (scratch.length < size) {
      scratch = new float[size];
    }
  }
}
