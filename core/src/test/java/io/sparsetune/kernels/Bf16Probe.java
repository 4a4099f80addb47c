package io.sparsetune.kernels;

import java.util.Arrays;

/** Multiplies in bfloat16 by nothing but this library's classes, in any JVM. */
public final class Bf16Probe {
  private Bf16Probe() {}

  /** A product and the arithmetic's name, or why there is none. */
  public static String run() {
    String missing = Bf16Products.missing();
    if (!missing.isEmpty()) {
      return missing;
    }
    float[] theta = {1, 2, 3, 4, 5, 6};
    float[] x = {1, 0, 1, 2, 1, 0};
    float[] y = new float[4];
    new Bf16Products(Kernels.create(), new Bf16Weights(theta))
        .gemm(Products.Form.NN, 2, 2, 3, theta, 0, 3, x, 0, 2, y, 0, 2, false);
    return Bf16Products.name() + " " + Arrays.toString(y);
  }

  public static void main(String[] args) {
    System.out.println(run());
  }
}
