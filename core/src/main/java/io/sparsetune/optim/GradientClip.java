package io.sparsetune.optim;

import io.sparsetune.sums.GradientSum;
import java.util.OptionalDouble;

/** Clipping by the norm of the trained parameters' gradient, as PyTorch does it. */
public final class GradientClip {
  private static final double EPSILON = 1e-6;

  private GradientClip() {}

  /** Euclidean norm of the mean gradient over all trained parameters. */
  public static double norm(GradientSum gradient) {
    double squares = 0;
    for (int i = 0; i < gradient.size(); i++) {
      double g = gradient.sum(i);
      squares += g * g;
    }
    return Math.sqrt(squares) / gradient.examples();
  }

  /** What to multiply the gradient with: min(1, max / (norm + 1e-6)), or 1 without a maximum. */
  public static double factor(double norm, OptionalDouble maxNorm) {
    return maxNorm.isEmpty() ? 1 : Math.min(1, maxNorm.getAsDouble() / (norm + EPSILON));
  }
}
