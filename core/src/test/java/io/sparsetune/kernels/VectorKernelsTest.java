package io.sparsetune.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VectorKernelsTest extends KernelsContract {
  @Override
  Kernels kernels() {
    return new VectorKernels();
  }

  /** The build runs these tests again with shorter vectors than this machine's. */
  @Test
  void vectorsAreAsShortAsTheBuildAsks() {
    assertThat(VectorLanes.COUNT).isLessThanOrEqualTo(Integer.getInteger("test.most.lanes", 16));
  }
}
