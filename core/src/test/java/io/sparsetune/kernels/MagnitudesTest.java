package io.sparsetune.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.files.TemporaryProperties;
import io.sparsetune.random.Randomness;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MagnitudesTest {
  private static final long SEED = 20261129;
  private static final float[] LEAST = {0, Float.MIN_VALUE, 0.1f, 0.5f, 2, Float.POSITIVE_INFINITY};

  private static int[] expected(float least, float[] x, int offset, int n) {
    return IntStream.range(0, n).filter(i -> !(Math.abs(x[offset + i]) < least)).toArray();
  }

  @Test
  void findsWhatIsNotBelow() {
    float[] x = new float[200];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) Randomness.uniform(SEED, i) - 0.5f;
    }
    x[3] = Float.NaN;
    x[50] = Float.NEGATIVE_INFINITY;
    x[51] = -0f;
    x[99] = -0.1f;
    for (float least : LEAST) {
      for (int n = 0; n < 70; n++) {
        for (int offset : new int[] {0, 3, x.length - n}) {
          int[] wanted = expected(least, x, offset, n);
          assertThat(Magnitudes.atLeast(least, x, offset, n)).containsExactly(wanted);
          try (TemporaryProperties scalar =
              TemporaryProperties.set(Map.of(KernelLoader.PROPERTY, "scalar"))) {
            assertThat(Magnitudes.atLeast(least, x, offset, n)).containsExactly(wanted);
          }
        }
      }
    }
  }
}
