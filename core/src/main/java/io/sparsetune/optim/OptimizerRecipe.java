package io.sparsetune.optim;

import io.sparsetune.mask.Mask;
import io.sparsetune.params.NamePatterns;
import io.sparsetune.params.ParameterLayout;
import java.io.Serializable;
import java.util.List;

/**
 * An optimizer as it is configured: what a task needs to make one.
 *
 * @param momentum of SGD
 * @param noDecay patterns of tensors without weight decay
 */
public record OptimizerRecipe(
    Kind kind,
    double beta1,
    double beta2,
    double epsilon,
    double momentum,
    double weightDecay,
    List<String> noDecay)
    implements Serializable {

  public enum Kind {
    ADAMW,
    SGD
  }

  public OptimizerRecipe {
    noDecay = List.copyOf(noDecay);
  }

  /** How many moments it keeps of each parameter. */
  public int moments() {
    return kind == Kind.ADAMW ? 2 : 1;
  }

  /** Before the first step: no steps, moments of zero. */
  public OptimizerState initial(int trained) {
    return new OptimizerState(0, new float[moments()][trained]);
  }

  public SparseOptimizer start(ParameterLayout layout, Mask trained) {
    return resume(layout, trained, initial(trained.size()));
  }

  /**
   * An optimizer that goes on from there.
   *
   * @param state for those trained parameters; its arrays become the optimizer's own
   */
  public SparseOptimizer resume(ParameterLayout layout, Mask trained, OptimizerState state) {
    double[] decay = decay(layout, trained);
    return switch (kind) {
      case ADAMW -> new AdamW(trained, decay, beta1, beta2, epsilon, state);
      case SGD -> new Sgd(trained, decay, momentum, state);
    };
  }

  /** Weight decay of each tensor. */
  private double[] decay(ParameterLayout layout, Mask trained) {
    NamePatterns without = new NamePatterns(noDecay);
    double[] decay = new double[trained.tensorCount()];
    for (int t = 0; t < decay.length; t++) {
      decay[t] = without.matches(layout.tensor(t).name()) ? 0 : weightDecay;
    }
    return decay;
  }
}
