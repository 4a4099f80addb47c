package io.sparsetune.optim;

import io.sparsetune.sums.GradientSum;

/**
 * Moves the trained values, and only them: state and weight decay exist for trained parameters
 * alone. Arithmetic is in double precision, element by element; state is kept in single precision.
 * Not thread-safe.
 */
public interface SparseOptimizer {

  /**
   * One step, in place.
   *
   * @param values [k]
   * @param gradient whose mean over examples, times {@code clip}, is followed
   * @param clip factor from {@link GradientClip}
   */
  void step(float[] values, GradientSum gradient, double clip, double learningRate);

  /** Where it is: the arrays are its own, and change with its next step. */
  OptimizerState state();
}
