package io.sparsetune.kernels;

class VectorDropoutTest extends DropoutContract {
  @Override
  Kernels kernels() {
    return new VectorKernels();
  }
}
