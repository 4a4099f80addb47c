package io.sparsetune.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;

/** Numbers to try kernels on, from a seed, and their comparison. */
final class Numbers {
  private static final float[] SPECIAL = {
    0f,
    -0f,
    1f,
    -1f,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    0x1p-130f,
    -0x1.8p-127f,
    Float.MIN_NORMAL,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.NaN,
    88.7f,
    -87.4f,
    -103.9f,
    0.625f,
    10f,
    -10f
  };

  private Numbers() {}

  static float[] normal(Random random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Ordinary numbers with a few subnormal, infinite and missing ones, and all magnitudes. */
  static float[] wild(Random random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] =
          switch (random.nextInt(8)) {
            case 0 -> SPECIAL[random.nextInt(SPECIAL.length)];
            case 1 -> Float.intBitsToFloat(random.nextInt());
            case 2 -> (float) (random.nextGaussian() * 100);
            default -> (float) random.nextGaussian();
          };
    }
    return values;
  }

  /** Equal bit for bit; one NaN is as good as another. */
  static void assertSameBits(float[] actual, float[] expected, String what) {
    assertThat(actual).as(what).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      if (Float.floatToIntBits(actual[i]) != Float.floatToIntBits(expected[i])) {
        assertThat(Float.toHexString(actual[i]))
            .as("%s, element %d", what, i)
            .isEqualTo(Float.toHexString(expected[i]));
      }
    }
  }

  static void assertClose(float[] actual, double[] expected, double tolerance, String what) {
    assertThat(actual).as(what).hasSize(expected.length);
    for (int i = 0; i < actual.length; i++) {
      if (!(Math.abs(actual[i] - expected[i]) <= tolerance * (1 + Math.abs(expected[i])))) {
        assertThat((double) actual[i]).as("%s, element %d", what, i).isEqualTo(expected[i]);
      }
    }
  }
}
