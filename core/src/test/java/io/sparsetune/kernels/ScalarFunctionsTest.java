package io.sparsetune.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** How far the functions are from the exact ones. */
class ScalarFunctionsTest {

  private interface FloatFunction {
    float of(float x);
  }

  @Test
  void expIsWithinTwoUnitsInTheLastPlace() {
    double worst = 0;
    for (float x = -87f; x < 88.5f; x += 0.00137f) {
      double exact = StrictMath.exp(x);
      worst = Math.max(worst, Math.abs(ScalarFunctions.exp(x) / exact - 1));
    }
    assertThat(worst).isLessThan(1.3e-7);
  }

  @Test
  void expUnderflowsGraduallyAndOverflowsToInfinity() {
    for (float x = -104f; x < -87f; x += 0.01f) {
      assertThat((double) ScalarFunctions.exp(x))
          .isBetween(
              StrictMath.exp(x) * (1 - 2e-7) - 0x1p-149, StrictMath.exp(x) * (1 + 2e-7) + 0x1p-149);
    }
    assertThat(ScalarFunctions.exp(0f)).isEqualTo(1f);
    assertThat(ScalarFunctions.exp(-105f)).isZero();
    assertThat(ScalarFunctions.exp(Float.NEGATIVE_INFINITY)).isZero();
    assertThat(ScalarFunctions.exp(89f)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(ScalarFunctions.exp(Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
  }

  @Test
  void normalCdfIsWithinTwoTenMillionths() {
    FloatFunction cdf = x -> ScalarFunctions.normalCdf(x, ScalarFunctions.exp(x * x * -0.5f));
    assertThat(worst(cdf, ScalarFunctionsTest::normalCdf)).isLessThan(2e-7);
  }

  @Test
  void normalCdfKeepsItsDigitsInTheTail() {
    for (float x = -5.5f; x < -2f; x += 0.01f) {
      float cdf = ScalarFunctions.normalCdf(x, ScalarFunctions.exp(x * x * -0.5f));
      assertThat(cdf / normalCdf(x)).isBetween(1 - 3e-6, 1 + 3e-6);
    }
  }

  @Test
  void geluIsWithinAMillionth() {
    assertThat(worst(ScalarFunctions::gelu, x -> x * normalCdf(x))).isLessThan(1e-6);
  }

  @Test
  void geluSlopeIsWithinAMillionth() {
    assertThat(worst(ScalarFunctions::geluSlope, x -> normalCdf(x) + x * density(x)))
        .isLessThan(1e-6);
  }

  @Test
  void geluTanhIsWithinAMillionth() {
    assertThat(worst(ScalarFunctions::geluTanh, x -> x * (1 + StrictMath.tanh(inner(x))) / 2))
        .isLessThan(1e-6);
  }

  @Test
  void geluTanhSlopeIsWithinAMillionth() {
    DoubleUnaryOperator exact =
        x -> {
          double t = StrictMath.tanh(inner(x));
          double slope = StrictMath.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
          return (1 + t) / 2 + x / 2 * (1 - t * t) * slope;
        };
    assertThat(worst(ScalarFunctions::geluTanhSlope, exact)).isLessThan(1e-6);
  }

  @Test
  void tanhIsWithinAFewUnitsInTheLastPlace() {
    double worst = 0;
    for (float x = -12f; x < 12f; x += 0.000731f) {
      worst = Math.max(worst, Math.abs(ScalarFunctions.tanh(x) / StrictMath.tanh(x) - 1));
    }
    assertThat(worst).isLessThan(2.5e-7);
    assertThat(ScalarFunctions.tanh(Float.POSITIVE_INFINITY)).isEqualTo(1f);
    assertThat(ScalarFunctions.tanh(Float.NEGATIVE_INFINITY)).isEqualTo(-1f);
    assertThat(ScalarFunctions.tanh(1e-30f)).isEqualTo(1e-30f);
  }

  @Test
  void sigmoidAndTheSlopeOfSiluAreWithinAMillionth() {
    DoubleUnaryOperator sigmoid = x -> 1 / (1 + StrictMath.exp(-x));
    assertThat(worst(ScalarFunctions::sigmoid, sigmoid)).isLessThan(2e-7);
    DoubleUnaryOperator slope =
        x -> {
          double s = sigmoid.applyAsDouble(x);
          return s * (1 + x * (1 - s));
        };
    assertThat(worst(ScalarFunctions::siluSlope, slope)).isLessThan(1e-6);
  }

  @Test
  void slopesOfHugeInputsAreZeroOrOne() {
    for (float x : new float[] {15f, 1e4f, 1e20f, 3e38f}) {
      assertThat(ScalarFunctions.geluSlope(x)).isEqualTo(1f);
      assertThat(ScalarFunctions.geluTanhSlope(x)).isEqualTo(1f);
      assertThat(ScalarFunctions.siluSlope(x)).isCloseTo(1f, offset(1e-5f));
      assertThat(ScalarFunctions.geluSlope(-x)).isCloseTo(0f, offset(1e-30f));
      assertThat(ScalarFunctions.geluTanhSlope(-x)).isCloseTo(0f, offset(1e-30f));
    }
  }

  @Test
  void nanIsNeverHidden() {
    assertThat(ScalarFunctions.exp(Float.NaN)).isNaN();
    assertThat(ScalarFunctions.gelu(Float.NaN)).isNaN();
    assertThat(ScalarFunctions.geluSlope(Float.NaN)).isNaN();
    assertThat(ScalarFunctions.geluTanh(Float.NaN)).isNaN();
    assertThat(ScalarFunctions.geluTanhSlope(Float.NaN)).isNaN();
    assertThat(ScalarFunctions.sigmoid(Float.NaN)).isNaN();
    assertThat(ScalarFunctions.siluSlope(Float.NaN)).isNaN();
    assertThat(ScalarFunctions.tanh(Float.NaN)).isNaN();
  }

  private static double worst(FloatFunction function, DoubleUnaryOperator exact) {
    double worst = 0;
    for (float x = -20f; x < 20f; x += 0.000931f) {
      double error = Math.abs(function.of(x) - exact.applyAsDouble(x));
      worst = Math.max(worst, error / Math.max(1, Math.abs(x)));
    }
    return worst;
  }

  private static double inner(double x) {
    return StrictMath.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);
  }

  private static double density(double x) {
    return StrictMath.exp(-x * x / 2) / StrictMath.sqrt(2 * Math.PI);
  }

  /** By its series near 0, by a continued fraction in the tails. */
  static double normalCdf(double x) {
    double t = Math.abs(x);
    double tail;
    if (t < 3) {
      double term = t;
      double sum = t;
      for (int k = 1; k < 200; k++) {
        term *= t * t / (2 * k + 1);
        sum += term;
      }
      tail = 0.5 - density(t) * sum;
    } else {
      double fraction = t;
      for (int k = 200; k > 0; k--) {
        fraction = t + k / fraction;
      }
      tail = density(t) / fraction;
    }
    return x < 0 ? tail : 1 - tail;
  }
}
