package io.sparsetune.method;

import io.sparsetune.sums.GradientSum;

/**
 * What a method does to every sparse step beside choosing what is trained: it may compute elsewhere
 * than at the trained values, and change what comes back. A function of the step alone: it keeps
 * nothing from one step to the next.
 */
public interface StepTransform {
  /** Changes nothing. */
  StepTransform NONE = new StepTransform() {};

  /**
   * The values that the step's loss and gradient are computed at.
   *
   * @param step global step from 0
   * @param values [trained]; not changed
   */
  default float[] values(long step, float[] values) {
    return values;
  }

  /** Makes, in place, the gradient at {@link #values} one by the trained values; clipped later. */
  default void gradient(long step, GradientSum gradient) {}

  /** Changes, in place, what the optimizer follows; the norm for clipping is taken before. */
  default void update(long step, GradientSum gradient) {}

  /** Arrays of the trained values' size that it keeps or makes: to estimate memory. */
  default int arrays() {
    return 0;
  }
}
