package io.sparsetune.kernels;

class ScalarDropoutTest extends DropoutContract {
  @Override
  Kernels kernels() {
    return new ScalarKernels();
  }
}
