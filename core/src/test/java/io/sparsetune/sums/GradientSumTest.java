package io.sparsetune.sums;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.random.Randomness;
import io.sparsetune.random.Randomness.Purpose;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GradientSumTest {
  private static final long SEED = 17;

  /** A gradient of any magnitude from 1e-14 to 1e3. */
  private static float gradient(long index) {
    long key = Randomness.key(SEED, Purpose.DROPOUT, index);
    double exponent = Randomness.uniform(key, 0) * 17 - 14;
    return (float) (Math.pow(10, exponent) * (Randomness.uniform(key, 1) - 0.5));
  }

  private static void add(GradientSum sum, int ordinal, float g) {
    sum.add(ordinal, new float[] {g}, 0, 1);
  }

  @Test
  void aRangeIsAddedLikeItsElements() {
    float[] g = new float[5000];
    for (int i = 0; i < g.length; i++) {
      g[i] = gradient(i) * (i % 100 == 0 ? 4000 : 1);
    }
    GradientSum one = new GradientSum(g.length);
    GradientSum range = new GradientSum(g.length);
    for (int round = 0; round < 3; round++) {
      range.add(10, g, 20, g.length - 20);
      for (int i = 20; i < g.length; i++) {
        add(one, i - 10, g[i]);
      }
    }
    for (int i = 0; i < g.length; i++) {
      assertThat(range.sum(i)).isEqualTo(one.sum(i));
    }
  }

  @Test
  void anAddendIsRoundedToTheNearestUnitTiesToEven() {
    BigDecimal unitsInOne = BigDecimal.valueOf(2).pow(40);
    for (int i = 0; i < 2000; i++) {
      float g = i < 20 ? (i - 10) * 0x1p-41f : gradient(i);
      BigDecimal expected =
          new BigDecimal(g)
              .multiply(unitsInOne)
              .setScale(0, RoundingMode.HALF_EVEN)
              .divide(unitsInOne, MathContext.UNLIMITED);
      GradientSum sum = new GradientSum(1);
      add(sum, 0, g);
      assertThat(new BigDecimal(sum.sum(0))).isEqualByComparingTo(expected);
    }
  }

  @Test
  void orderAndGroupingDoNotMatter() {
    int size = 7;
    int batches = 300;
    GradientSum inOrder = new GradientSum(size);
    GradientSum[] parts = new GradientSum[5];
    for (int p = 0; p < parts.length; p++) {
      parts[p] = new GradientSum(size);
    }
    int[] order = Randomness.permutation(SEED, batches);
    for (int b = 0; b < batches; b++) {
      addBatch(inOrder, b, size);
      addBatch(parts[order[b] % parts.length], order[b], size);
    }
    GradientSum merged = new GradientSum(size);
    for (int p : new int[] {3, 0, 4, 2, 1}) {
      merged.merge(parts[p]);
    }
    for (int i = 0; i < size; i++) {
      assertThat(merged.sum(i)).isEqualTo(inOrder.sum(i));
    }
    assertThat(merged.meanLoss()).isEqualTo(inOrder.meanLoss());
    assertThat(merged.examples()).isEqualTo(3L * batches);
    assertThat(merged.tokens()).isEqualTo(10L * batches);
  }

  private static void addBatch(GradientSum sum, int batch, int size) {
    float[] g = new float[size];
    for (int i = 0; i < size; i++) {
      g[i] = gradient(1000L * batch + i);
    }
    sum.add(0, g, 0, size);
    sum.addLoss(1.0 / (batch + 1), 3);
    sum.addTokens(10);
  }

  @Test
  void aMillionExamplesOfMagnitude100AddExactlyWhileTheSumFits() {
    GradientSum sum = new GradientSum(1);
    long expected = 0;
    for (int i = 0; i < 1_000_000; i++) {
      int sign = Randomness.below(SEED, i, 2) * 2 - 1;
      expected += sign * 100L;
      add(sum, 0, sign * 100f);
    }
    assertThat(sum.sum(0)).isEqualTo(expected);
  }

  @Test
  void aSumOutOfRangeIsAnErrorNeverAWrongNumber() {
    GradientSum sum = new GradientSum(1);
    String message = "The sum of a gradient is out of range";
    for (int i = 0; i < 83_886; i++) {
      add(sum, 0, 100);
    }
    assertThat(sum.sum(0)).isEqualTo(8_388_600);
    assertThatThrownBy(() -> add(sum, 0, 100))
        .isInstanceOf(NotFiniteException.class)
        .hasMessage(message);
    GradientSum half = new GradientSum(1);
    GradientSum otherHalf = new GradientSum(1);
    add(half, 0, -4_194_303);
    add(half, 0, -4_194_303);
    add(otherHalf, 0, -3);
    assertThatThrownBy(() -> half.merge(otherHalf)).hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, -4_194_304f, 1e30f})
  void anAddendOutOfRangeIsAnError(float bad) {
    String message = "A %s is %s: not finite or out of range";
    GradientSum sum = new GradientSum(2);
    assertThatThrownBy(() -> sum.add(0, new float[] {1, bad}, 0, 2))
        .isInstanceOf(NotFiniteException.class)
        .hasMessage(message, "gradient", Double.toString(bad));
    assertThatThrownBy(() -> add(sum, 1, bad)).isInstanceOf(NotFiniteException.class);
  }

  @Test
  void lossesMayBeLargerThanGradients() {
    GradientSum sum = new GradientSum(0);
    for (int i = 0; i < 4; i++) {
      sum.addLoss(8 * 2025.0 * 2025.0, 8);
    }
    assertThat(sum.meanLoss()).isEqualTo(2025.0 * 2025.0);
    for (double bad : new double[] {Double.NaN, 1e12}) {
      assertThatThrownBy(() -> sum.addLoss(bad, 1))
          .hasMessage("A loss is %s: not finite or out of range", Double.toString(bad));
    }
  }

  @Test
  void sumsOfDifferentSizesDoNotMerge() {
    assertThatThrownBy(() -> new GradientSum(2).merge(new GradientSum(3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid sizes: 3 and 2");
  }
}
