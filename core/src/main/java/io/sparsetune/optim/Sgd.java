package io.sparsetune.optim;

import io.sparsetune.mask.Mask;
import io.sparsetune.sums.GradientSum;

/**
 * Gradient descent with momentum, the velocity as PyTorch has it (v ← μ·v + g), and decoupled
 * weight decay.
 */
final class Sgd implements SparseOptimizer {
  private final Mask trained;
  private final double[] decay;
  private final double momentum;
  private final float[] velocity;
  private long steps;

  /**
   * @param decay [tensors]
   * @param state where it goes on; its array becomes this optimizer's own
   */
  Sgd(Mask trained, double[] decay, double momentum, OptimizerState state) {
    this.trained = trained;
    this.decay = decay;
    this.momentum = momentum;
    this.velocity = state.moments()[0];
    this.steps = state.steps();
  }

  @Override
  public void step(float[] values, GradientSum gradient, double clip, double learningRate) {
    steps++;
    double gradientScale = clip / gradient.examples();
    for (int t = 0; t < trained.tensorCount(); t++) {
      double decayFactor = 1 - learningRate * decay[t];
      int end = trained.firstOrdinal(t) + trained.count(t);
      for (int i = trained.firstOrdinal(t); i < end; i++) {
        double v = velocity[i] * momentum + gradient.sum(i) * gradientScale;
        values[i] = (float) (values[i] * decayFactor - learningRate * v);
        velocity[i] = (float) v;
      }
    }
  }

  @Override
  public OptimizerState state() {
    return new OptimizerState(steps, new float[][] {velocity});
  }
}
