package io.sparsetune.optim;

import io.sparsetune.engine.GradientSum;
import io.sparsetune.mask.Mask;

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019), as PyTorch computes it. */
final class AdamW implements SparseOptimizer {
  private final Mask trained;
  private final double[] decay;
  private final double beta1;
  private final double beta2;
  private final double epsilon;
  private final float[] first;
  private final float[] second;
  private long steps;
  private double beta1Power = 1;
  private double beta2Power = 1;

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
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
    this.first = state.moments()[0];
    this.second = state.moments()[1];
    for (; steps < state.steps(); steps++) {
      beta1Power *= beta1;
      beta2Power *= beta2;
    }
  }

  @Override
  public void step(float[] values, GradientSum gradient, double clip, double learningRate) {
    steps++;
    beta1Power *= beta1;
    beta2Power *= beta2;
    double stepSize = learningRate / (1 - beta1Power);
    double secondScale = 1 / Math.sqrt(1 - beta2Power);
    double gradientScale = clip / gradient.examples();
    for (int t = 0; t < trained.tensorCount(); t++) {
      double decayFactor = 1 - learningRate * decay[t];
      int end = trained.firstOrdinal(t) + trained.count(t);
      for (int i = trained.firstOrdinal(t); i < end; i++) {
        double g = gradient.sum(i) * gradientScale;
        double m = first[i] + (g - first[i]) * (1 - beta1);
        double v = second[i] * beta2 + g * g * (1 - beta2);
        values[i] =
            (float)
                (values[i] * decayFactor - stepSize * m / (Math.sqrt(v) * secondScale + epsilon));
        first[i] = (float) m;
        second[i] = (float) v;
      }
    }
  }

  @Override
  public OptimizerState state() {
    return new OptimizerState(steps, new float[][] {first, second});
  }
}
