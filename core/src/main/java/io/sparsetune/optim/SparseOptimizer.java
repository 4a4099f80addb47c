package io.sparsetune.optim;

import io.sparsetune.config.TrainingConfig;
import io.sparsetune.engine.GradientSum;
import io.sparsetune.mask.Mask;
import io.sparsetune.params.NamePatterns;
import io.sparsetune.params.ParameterLayout;

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

  /** The configured optimizer for the trained parameters. */
  static SparseOptimizer of(TrainingConfig training, ParameterLayout layout, Mask trained) {
    double[] decay = decay(training, layout, trained);
    return switch (training.optimizer()) {
      case ADAMW ->
          new AdamW(
              trained, decay, training.adamBeta1(), training.adamBeta2(), training.adamEpsilon());
      case SGD -> new Sgd(trained, decay, training.momentum());
    };
  }

  /** Weight decay of each tensor: none where {@code training.no_decay} matches. */
  private static double[] decay(TrainingConfig training, ParameterLayout layout, Mask trained) {
    NamePatterns without = new NamePatterns(training.noDecay());
    double[] decay = new double[trained.tensorCount()];
    for (int t = 0; t < decay.length; t++) {
      decay[t] = without.matches(layout.tensor(t).name()) ? 0 : training.weightDecay();
    }
    return decay;
  }
}
