package io.sparsetune.method.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparsetune.random.Randomness;
import io.sparsetune.random.Randomness.Purpose;
import org.junit.jupiter.api.Test;

class HardConcreteTest {
  private static final HardConcrete PAPER = new HardConcrete(-1.5, 1.5);

  private static double s(double noise, double alpha) {
    return HardConcrete.concrete(noise, HardConcrete.odds(alpha));
  }

  /** The chance of z = 1. */
  private static double wide(double odds) {
    return 1 / (1 + odds * ((1 - PAPER.l()) / (PAPER.r() - 1)));
  }

  @Test
  void aGateInTheMiddleOfItsNoiseIsShutAtZeroAndHalfOpenAtOne() {
    assertThat(PAPER.gate(s(0.5, 0))).isZero();
    assertThat(PAPER.slope(s(0.5, 0))).isZero();
    assertThat(PAPER.gate(s(0.5, 1))).isCloseTo(0.693176, within(1e-6));
    assertThat(PAPER.slope(s(0.5, 1))).isCloseTo(0.589836, within(1e-6));
  }

  @Test
  void aGateAtTheStartIsOpenAlmostAlways() {
    double odds = HardConcrete.odds(5);
    assertThat(PAPER.open(odds)).isCloseTo(0.99331, within(1e-5));
    assertThat(wide(odds)).isCloseTo(0.96741, within(1e-5));
  }

  @Test
  void theConcreteIsTheSigmoidOfNoiseAndAlpha() {
    for (double alpha = -30; alpha <= 30; alpha += 0.7) {
      for (double u : new double[] {1e-4, 0.2, 0.5, 0.9, 1 - 1e-4}) {
        double sigmoid = 1 / (1 + Math.exp(-(Math.log(u / (1 - u)) + alpha)));
        assertThat(s(u, alpha)).isCloseTo(sigmoid, within(1e-14));
      }
    }
    assertThat(s(0.5, -1000)).isZero();
    assertThat(s(0.5, 1000)).isEqualTo(1);
  }

  @Test
  void theSlopeIsTheGatesDerivative() {
    double step = 1e-6;
    for (HardConcrete concrete : new HardConcrete[] {PAPER, new HardConcrete(-3, 3)}) {
      for (double alpha = -2.05; alpha <= 2; alpha += 0.1) {
        double up = concrete.gate(s(0.4, alpha + step));
        double down = concrete.gate(s(0.4, alpha - step));
        assertThat(concrete.slope(s(0.4, alpha))).isCloseTo((up - down) / (2 * step), within(1e-8));
      }
    }
  }

  /** The frequencies of drawn gates are the chances that the penalty takes for granted. */
  @Test
  void gatesAreOpenAsOftenAsTheirChanceSays() {
    int draws = 200_000;
    Noise noise = Noise.of(Randomness.key(3, Purpose.DIFF_NOISE));
    for (double alpha : new double[] {-1, 0, 1.5}) {
      int open = 0;
      int wide = 0;
      for (int i = 0; i < draws; i++) {
        double z = PAPER.gate(s(noise.at(i), alpha));
        open += z > 0 ? 1 : 0;
        wide += z == 1 ? 1 : 0;
      }
      double odds = HardConcrete.odds(alpha);
      assertThat((double) open / draws).isCloseTo(PAPER.open(odds), within(0.005));
      assertThat((double) wide / draws).isCloseTo(wide(odds), within(0.005));
    }
  }

  @Test
  void noiseKeepsAwayFromZeroAndOne() {
    Noise noise = Noise.of(Randomness.key(4, Purpose.DIFF_NOISE));
    double least = 1;
    double most = 0;
    for (int i = 0; i < 100_000; i++) {
      least = Math.min(least, noise.at(i));
      most = Math.max(most, noise.at(i));
    }
    assertThat(least).isEqualTo(1e-4);
    assertThat(most).isEqualTo(1 - 1e-4);
  }

  @Test
  void aStretchThatDoesNotReachBeyondZeroAndOneIsRefused() {
    assertThatThrownBy(() -> new HardConcrete(0, 1.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid stretch: l = 0.0, r = 1.5; l has to be below 0 and r above 1");
    assertThatThrownBy(() -> new HardConcrete(-1, 1)).isInstanceOf(IllegalArgumentException.class);
  }
}
