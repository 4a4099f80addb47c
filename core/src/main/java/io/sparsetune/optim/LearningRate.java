package io.sparsetune.optim;

import io.sparsetune.config.TrainingConfig;
import io.sparsetune.config.TrainingConfig.Schedule;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * The learning rate of each step, by transformers' formulas: a linear warm-up from zero, then by
 * schedule.
 *
 * @param base the rate at the end of the warm-up
 * @param warmupSteps steps of warm-up; step 0 of a warm-up has the rate 0
 * @param steps all steps of the training
 */
public record LearningRate(Schedule schedule, double base, int warmupSteps, int steps)
    implements Serializable {

  /** As configured, for a training of that many steps. */
  public static LearningRate of(TrainingConfig training, int steps) {
    int warmup =
        training
            .warmupSteps()
            .orElseGet(
                () ->
                    BigDecimal.valueOf(training.warmupRatio())
                        .multiply(BigDecimal.valueOf(steps))
                        .setScale(0, RoundingMode.CEILING)
                        .intValueExact());
    return new LearningRate(training.schedule(), training.learningRate(), warmup, steps);
  }

  /** The same with another rate at the end of the warm-up. */
  public LearningRate withBase(double rate) {
    return new LearningRate(schedule, rate, warmupSteps, steps);
  }

  /**
   * @param step from 0
   */
  public double at(int step) {
    if (step < warmupSteps) {
      return base * step / warmupSteps;
    }
    double progress = (double) (step - warmupSteps) / Math.max(1, steps - warmupSteps);
    return switch (schedule) {
      case LINEAR -> base * Math.max(0, steps - step) / Math.max(1, steps - warmupSteps);
      case COSINE -> base * Math.max(0, 0.5 * (1 + StrictMath.cos(Math.PI * progress)));
      case CONSTANT -> base;
    };
  }
}
