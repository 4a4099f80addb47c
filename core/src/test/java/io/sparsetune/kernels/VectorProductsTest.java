package io.sparsetune.kernels;

class VectorProductsTest extends ProductsContract {
  @Override
  Kernels kernels() {
    return new VectorKernels();
  }
}
