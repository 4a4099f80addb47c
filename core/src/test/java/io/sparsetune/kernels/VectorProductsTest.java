package io.sparsetune.kernels;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.kernels.Products.Form;
import org.junit.jupiter.api.Test;

class VectorProductsTest extends ProductsContract {
  @Override
  Kernels kernels() {
    return new VectorKernels();
  }

  @Test
  void aPackedWeightKeepsItsShape() {
    float[] theta = new float[12];
    float[] x = new float[12];
    Products products = kernels().with(new PackedWeights(theta));
    products.gemm(Form.TN, 3, 1, 4, theta, 0, 3, x, 0, 1, new float[3], 0, 1, false);
    assertThatThrownBy(
            () -> products.gemm(Form.TN, 4, 1, 3, theta, 0, 4, x, 0, 1, new float[4], 0, 1, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid matrix at 0: [3, 4], [4, 3] before");
  }
}
