package io.sparsetune.kernels;

class ScalarKernelsTest extends KernelsContract {
  @Override
  Kernels kernels() {
    return new ScalarKernels();
  }
}
