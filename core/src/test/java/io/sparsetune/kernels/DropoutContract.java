package io.sparsetune.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.random.Randomness;
import io.sparsetune.random.Randomness.Purpose;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Dropout is a function of key and element, and looks like chance. */
abstract class DropoutContract {
  private static final int N = 1 << 18;

  private final Kernels kernels = kernels();

  abstract Kernels kernels();

  private float[] kept(long key, long counter, int n, int threshold) {
    float[] x = new float[n];
    Arrays.fill(x, 1f);
    kernels.dropout(x, 0, x, 0, n, key, counter, threshold, 65536f / (65536 - threshold));
    return x;
  }

  @Test
  void elementsAreDroppedAtTheirRate() {
    for (int threshold : new int[] {1, 6554, 32768, 65535}) {
      double p = threshold / 65536.0;
      for (long step = 0; step < 4; step++) {
        float[] y = kept(Randomness.key(1, Purpose.DROPOUT, step), 0, N, threshold);
        double dropped = count(y) / (double) N;
        assertThat(dropped).isBetween(p - sigmas(p, N), p + sigmas(p, N));
      }
    }
    assertThat(count(kept(5, 0, N, 0))).isZero();
  }

  @Test
  void theKeptAreScaled() {
    float[] y = kept(3, 0, 1000, 16384);
    assertThat(y).containsOnly(0f, 65536f / 49152);
  }

  @Test
  void neighboursAreIndependent() {
    float[] y = kept(Randomness.key(1, Purpose.DROPOUT, 7), 0, N, 32768);
    for (int distance : new int[] {1, 2, 3, 4, 8, 16, 32, 512}) {
      int same = 0;
      for (int i = 0; i + distance < N; i++) {
        same += (y[i] == 0) == (y[i + distance] == 0) ? 1 : 0;
      }
      assertThat(same / (double) (N - distance))
          .as("distance %d", distance)
          .isBetween(0.5 - sigmas(0.5, N), 0.5 + sigmas(0.5, N));
    }
  }

  @Test
  void keysAreIndependent() {
    long key = Randomness.key(1, Purpose.DROPOUT, 7);
    float[] y = kept(key, 0, N, 32768);
    for (long other :
        new long[] {
          key ^ 1, key ^ 1L << 32, key ^ 1L << 63, key + 2, Randomness.key(2, Purpose.DROPOUT, 7)
        }) {
      float[] z = kept(other, 0, N, 32768);
      int same = 0;
      for (int i = 0; i < N; i++) {
        same += (y[i] == 0) == (z[i] == 0) ? 1 : 0;
      }
      assertThat(same / (double) N)
          .as("keys %x and %x", key, other)
          .isBetween(0.5 - sigmas(0.5, N), 0.5 + sigmas(0.5, N));
    }
  }

  @Test
  void anElementDoesNotDependOnWhereTheCallBegins() {
    for (long base : new long[] {0, 1000, (1L << 33) - 60}) {
      float[] whole = kept(11, base, 200, 20000);
      for (int from : new int[] {2, 16, 34, 58, 60, 62, 100}) {
        assertThat(kept(11, base + from, 200 - from, 20000))
            .as("from %d", base + from)
            .containsExactly(Arrays.copyOfRange(whole, from, 200));
      }
    }
  }

  /** Five standard deviations of a share. */
  private static double sigmas(double p, int n) {
    return 5 * Math.sqrt(p * (1 - p) / n) + 1.0 / n;
  }

  private static int count(float[] y) {
    int dropped = 0;
    for (float v : y) {
      dropped += v == 0 ? 1 : 0;
    }
    return dropped;
  }
}
