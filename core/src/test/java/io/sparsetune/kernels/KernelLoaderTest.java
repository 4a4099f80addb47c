package io.sparsetune.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KernelLoaderTest {

  @AfterEach
  void forget() {
    System.clearProperty(KernelLoader.PROPERTY);
  }

  @Test
  void aJvmWithTheModuleGetsVectorKernels() {
    assertThat(Kernels.create().name()).startsWith("vector-");
  }

  @Test
  void theSystemPropertyForcesTheScalarForm() {
    System.setProperty(KernelLoader.PROPERTY, "scalar");
    assertThat(Kernels.create().name()).isEqualTo("scalar");
  }

  @Test
  void everyCallGivesItsOwnScratchMemory() {
    assertThat(Kernels.create()).isNotSameAs(Kernels.create());
  }

  @Test
  void kernelsThatCannotBeLinkedAreNotUsed() {
    assertThat(
            KernelLoader.works(
                () -> {
                  throw new NoClassDefFoundError("jdk/incubator/vector/Vector");
                }))
        .isFalse();
  }

  @Test
  void kernelsThatGiveOtherBitsAreNotUsed() {
    ScalarKernels wrong =
        new ScalarKernels() {
          @Override
          public void tanh(float[] x, int xOffset, float[] y, int yOffset, int n) {
            for (int i = 0; i < n; i++) {
              y[yOffset + i] = (float) Math.tanh(x[xOffset + i]);
            }
          }
        };
    assertThat(KernelProbe.firstDifference(wrong)).isEqualTo("tanh");
    assertThat(KernelLoader.works(() -> wrong)).isFalse();
    assertThat(KernelProbe.firstDifference(new ScalarKernels())).isEmpty();
  }

  @Test
  void theMessageSaysWhyAndWhatToAdd() {
    assertThat(KernelLoader.message("java.lang.NoClassDefFoundError: jdk/incubator/vector/Vector"))
        .isEqualTo(
            "Kernels: scalar, since the Vector API cannot be used"
                + " (java.lang.NoClassDefFoundError: jdk/incubator/vector/Vector). The results are"
                + " the same, several times slower. Where the module is missing, add --add-modules"
                + " jdk.incubator.vector to the options of the JVM, with Spark to"
                + " spark.driver.extraJavaOptions and spark.executor.extraJavaOptions.");
  }
}
