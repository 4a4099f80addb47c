package io.sparsetune.optim;

import java.io.Serializable;

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

  public enum Schedule {
    LINEAR,
    COSINE,
    CONSTANT
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
