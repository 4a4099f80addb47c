package io.sparsetune.kernels;

/** Finds the kernels' fastest form that this JVM can load. */
final class KernelLoader {
  private KernelLoader() {}

  static Kernels create() {
    return new ScalarKernels();
  }
}
