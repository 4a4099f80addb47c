package io.sparsetune.kernels;

class ScalarProductsTest extends ProductsContract {
  @Override
  Kernels kernels() {
    return new ScalarKernels();
  }
}
