package io.sparsetune.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.random.Randomness;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CanonicalJsonTest {
  /** JDKs before 19 print the powers of two with a digit more. */
  @ParameterizedTest
  @CsvSource({
    "0x1p-38, 3.637979e-12",
    "0x1p-27, 7.450581e-9",
    "1e-12f, 1e-12",
    "1e-5f, 1e-5",
    "0.1f, 0.1",
    "3f, 3",
    "16777216f, 16777216",
  })
  void aFloatBecomesTheShortestDecimalThatGivesItBack(String value, double decimal) {
    assertThat(CanonicalJson.decimal(Float.parseFloat(value))).isEqualTo(decimal);
  }

  @Test
  void whatIsNoNumberStaysNone() {
    assertThat(CanonicalJson.decimal(Float.NaN)).isNaN();
    assertThat(CanonicalJson.decimal(Float.POSITIVE_INFINITY)).isInfinite();
  }

  @Test
  void everyFloatIsGivenBackByNoMoreDigitsThanNeeded() {
    for (int i = 0; i < 20_000; i++) {
      float value = Float.intBitsToFloat((int) Randomness.bits(5, i) & Integer.MAX_VALUE);
      if (Float.isFinite(value) && value >= Float.MIN_NORMAL) {
        double decimal = CanonicalJson.decimal(value);
        assertThat((float) decimal).isEqualTo(value);
        int digits = new BigDecimal(CanonicalJson.number(decimal)).precision();
        assertThat(digits).isLessThanOrEqualTo(9);
        if (digits > 1) {
          BigDecimal shorter =
              new BigDecimal(value).round(new MathContext(digits - 1, RoundingMode.HALF_EVEN));
          assertThat(Float.parseFloat(shorter.toString())).isNotEqualTo(value);
        }
      }
    }
  }
}
