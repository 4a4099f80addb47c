package io.sparsetune.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyTest {
  private static Optional<Double> number(String text) {
    return Key.decimal(new Node.Scalar(text, false, "here"), v -> true);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "-1., -1",
    ".5, 0.5",
    "+1e-3, 0.001",
    "1_000.5, 1000.5",
    "1_0E+2, 1000",
    "1_., 1"
  })
  void numbersAreReadAsPeopleWriteThem(String text, double value) {
    assertThat(number(text)).contains(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {".", "_1", "1.2.3", "e3", "1e", "1e1.5", "--1", "0x10", "1f", "NaN"})
  void whatIsNoNumberIsNone(String text) {
    assertThat(number(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"3, 3", "0, 0", "-1.5, -1.5", "0.001, 0.001", "5e-5, 5e-5", "1.25e-7, 1.25e-7"})
  void defaultsAreShownAsPeopleWriteThem(double value, String text) {
    assertThat(Key.shown(value)).isEqualTo(text);
    assertThat(number(text)).contains(value);
  }

  /** A pattern that tries each length again took 90 s for 100,000 digits, and hours for these. */
  @Test
  void longTextsAreReadAtOnce() {
    String digits = "1".repeat(1 << 20);
    assertTimeoutPreemptively(
        Duration.ofMinutes(1),
        () -> {
          assertThat(number(digits + "x")).isEmpty();
          assertThat(number("." + digits + "x")).isEmpty();
          assertThat(number(digits + "." + digits + "x")).isEmpty();
          assertThat(number("1e" + digits)).isEmpty();
          assertThat(number("1e-" + digits)).contains(0.0);
          assertThat(number("_".repeat(1 << 20))).isEmpty();
          assertThat(number("1" + "_".repeat(1 << 20))).contains(1.0);
          assertThat(Key.whole(new Node.Scalar(digits, false, "here"))).isEmpty();
        });
  }
}
