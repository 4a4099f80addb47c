package io.sparsetune.kernels;

import io.sparsetune.kernels.Products.Form;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/** Runs every operation once on small arrays and compares the bits with the scalar form's. */
final class KernelProbe {
  private static final int ROWS = 5;
  private static final int COLUMNS = 35;
  private static final int SIZE = ROWS * COLUMNS;

  private KernelProbe() {}

  private record Operation(String name, BiConsumer<Kernels, float[]> run) {}

  /** The name of an operation in which these kernels give other bits; empty if there is none. */
  static String firstDifference(Kernels kernels) {
    Kernels scalar = new ScalarKernels();
    for (Operation operation : operations()) {
      float[] expected = new float[17 * COLUMNS];
      float[] actual = new float[17 * COLUMNS];
      operation.run().accept(scalar, expected);
      operation.run().accept(kernels, actual);
      if (!Arrays.equals(expected, actual)) {
        return operation.name();
      }
    }
    return "";
  }

  private static List<Operation> operations() {
    float[] x = wave(SIZE, 0.37f);
    float[] y = wave(SIZE, 0.73f);
    int[] positions = {0, 1, 2, 3, 4, 6, 8, 9, 13};
    List<Operation> all = new ArrayList<>();
    float[] a = wave(17 * 7, 0.29f);
    float[] b = wave(7 * COLUMNS, 0.53f);
    for (Form form : Form.values()) {
      int ldb = form == Form.NT ? 7 : COLUMNS;
      int lda = form == Form.TN ? 17 : 7;
      // Whole tiles and cut ones, an odd number of terms and an even one.
      all.add(
          new Operation(
              "gemm " + form,
              (k, o) -> {
                k.gemm(form, 17, COLUMNS, 7, a, 0, lda, b, 0, ldb, o, 0, COLUMNS, false);
                k.gemm(form, 9, 33, 6, a, 0, lda, b, 0, ldb, o, 1, COLUMNS, true);
              }));
    }
    all.add(new Operation("dot", (k, o) -> o[0] = k.dot(x, 0, y, 1, 90)));
    all.add(new Operation("sum", (k, o) -> o[0] = k.sum(x, 0, 90)));
    all.add(
        new Operation(
            "maskedDots",
            (k, o) -> k.maskedDots(x, 0, y, 0, COLUMNS, ROWS, positions, 0, 9, o, 0)));
    all.add(new Operation("affine", (k, o) -> k.affine(17, COLUMNS, 7, a, 0, b, 0, x, 7, o, 0)));
    all.add(new Operation("add", (k, o) -> k.add(x, 0, o, 0, SIZE)));
    all.add(new Operation("gelu", (k, o) -> k.gelu(x, 0, o, 0, SIZE)));
    all.add(new Operation("geluGradient", (k, o) -> k.geluGradient(x, 0, y, 0, o, 0, SIZE)));
    all.add(new Operation("geluTanh", (k, o) -> k.geluTanh(x, 0, o, 0, SIZE)));
    all.add(
        new Operation("geluTanhGradient", (k, o) -> k.geluTanhGradient(x, 0, y, 0, o, 0, SIZE)));
    all.add(new Operation("relu", (k, o) -> k.relu(x, 0, o, 0, SIZE)));
    all.add(new Operation("reluGradient", (k, o) -> k.reluGradient(x, 0, y, 0, o, 0, SIZE)));
    all.add(new Operation("silu", (k, o) -> k.silu(x, 0, o, 0, SIZE)));
    all.add(new Operation("siluGradient", (k, o) -> k.siluGradient(x, 0, y, 0, o, 0, SIZE)));
    all.add(new Operation("tanh", (k, o) -> k.tanh(x, 0, o, 0, SIZE)));
    all.add(new Operation("exp", (k, o) -> k.exp(x, 0, o, 0, SIZE)));
    all.add(
        new Operation(
            "softmaxColumns",
            (k, o) -> {
              System.arraycopy(x, 0, o, 0, SIZE);
              k.softmaxColumns(o, 0, ROWS, COLUMNS, COLUMNS, 0.5f);
            }));
    all.add(
        new Operation(
            "softmaxColumnsGradient",
            (k, o) -> {
              System.arraycopy(x, 0, o, 0, SIZE);
              k.softmaxColumnsGradient(y, 0, o, 0, ROWS, COLUMNS, COLUMNS, 0.5f);
            }));
    all.add(
        new Operation(
            "layerNorm",
            (k, o) ->
                k.layerNorm(x, 0, y, 0, y, 9, ROWS, COLUMNS, 1e-5f, o, 0, o, SIZE, o, 2 * SIZE)));
    all.add(
        new Operation(
            "layerNormGradient",
            (k, o) -> k.layerNormGradient(x, 0, y, 0, y, 9, x, 7, ROWS, COLUMNS, o, 0)));
    all.add(
        new Operation(
            "toBf16",
            (k, o) -> {
              short[] halves = new short[SIZE];
              k.toBf16(x, 0, halves, 0, SIZE);
              for (int i = 0; i < SIZE; i++) {
                o[i] = halves[i];
              }
            }));
    all.add(new Operation("dropout", (k, o) -> k.dropout(x, 0, o, 0, SIZE, 77L, 40, 20000, 1.44f)));
    return all;
  }

  /** Numbers between −4 and 4, without a generator. */
  private static float[] wave(int n, float step) {
    float[] values = new float[n];
    float v = 0.1f;
    for (int i = 0; i < n; i++) {
      v += step;
      v = v > 4f ? v - 8f : v;
      values[i] = v;
    }
    return values;
  }
}
