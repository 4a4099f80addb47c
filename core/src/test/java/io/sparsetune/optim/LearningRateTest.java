package io.sparsetune.optim;

import static io.sparsetune.method.MethodConfigs.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparsetune.optim.LearningRate.Schedule;
import org.junit.jupiter.api.Test;

class LearningRateTest {
  private static double[] rates(Schedule schedule, int warmup, int steps) {
    LearningRate rate = new LearningRate(schedule, 2, warmup, steps);
    double[] rates = new double[steps];
    for (int i = 0; i < steps; i++) {
      rates[i] = rate.at(i);
    }
    return rates;
  }

  @Test
  void linearWarmsUpFromZeroAndFallsToZero() {
    assertThat(rates(Schedule.LINEAR, 2, 6))
        .containsExactly(new double[] {0, 1, 2, 1.5, 1, 0.5}, within(1e-15));
    assertThat(rates(Schedule.LINEAR, 0, 4))
        .containsExactly(new double[] {2, 1.5, 1, 0.5}, within(1e-15));
  }

  @Test
  void cosineFallsByHalfAWave() {
    assertThat(rates(Schedule.COSINE, 2, 6))
        .containsExactly(
            new double[] {0, 1, 2, 1 + Math.sqrt(0.5), 1, 1 - Math.sqrt(0.5)}, within(1e-15));
  }

  @Test
  void constantStaysAfterItsWarmUp() {
    assertThat(rates(Schedule.CONSTANT, 2, 5)).containsExactly(0, 1, 2, 2, 2);
  }

  @Test
  void warmUpIsAShareRoundedUpUnlessStepsAreGiven() {
    assertThat(run("training.warmup_ratio=0.06").training().learningRate(101).warmupSteps())
        .isEqualTo(7);
    // 0.07 · 100 is 7.000000000000001 in double precision.
    assertThat(run("training.warmup_ratio=0.07").training().learningRate(100).warmupSteps())
        .isEqualTo(7);
    assertThat(run("training.warmup_steps=3").training().learningRate(100).warmupSteps())
        .isEqualTo(3);
  }
}
