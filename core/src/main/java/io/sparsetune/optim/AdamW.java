package io.sparsetune.optim;

import io.sparsetune.mask.Mask;
import io.sparsetune.sums.GradientSum;

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019), as PyTorch computes it. */
final class AdamW implements SparseOptimizer {
  private final Mask trained;
  private final double[] decay;
  private final Adam adam;

  /**
   * @param decay [tensors]
   * @param state where it goes on; its arrays become this optimizer's own
   */
  AdamW(
      Mask trained,
      double[] decay,
      double beta1,
      double beta2,
      double epsilon,
      OptimizerState state) {
    this.trained = trained;
    this.decay = decay;
    this.adam = new Adam(beta1, beta2, epsilon, state);
  }

  @Override
  public void step(float[] values, GradientSum gradient, double clip, double learningRate) {
    adam.begin(learningRate);
    double gradientScale = clip / gradient.examples();
    for (int t = 0; t < trained.tensorCount(); t++) {
      double decayFactor = 1 - learningRate * decay[t];
      int end = trained.firstOrdinal(t) + trained.count(t);
      for (int i = trained.firstOrdinal(t); i < end; i++) {
        double g = gradient.sum(i) * gradientScale;
        values[i] = (float) adam.moved(i, values[i] * decayFactor, g);
      }
    }
  }

  @Override
  public OptimizerState state() {
    return adam.state();
  }
}
