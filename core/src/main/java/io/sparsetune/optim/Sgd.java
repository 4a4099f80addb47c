package io.sparsetune.optim;

import io.sparsetune.engine.GradientSum;
import io.sparsetune.mask.Mask;

/**
 * Gradient descent with momentum, the velocity as PyTorch has it (v ← μ·v + g), and decoupled
 * weight decay.
 */
final class Sgd implements SparseOptimizer {
  private final Mask trained;
  private final double[] decay;
  private final double momentum;
  private final float[] velocity;

  /**
   * @param decay [tensors]
   */
  Sgd(Mask trained, double[] decay, double momentum) {
    this.trained = trained;
    this.decay = decay;
    this.momentum = momentum;
    this.velocity = new float[trained.size()];
  }

  @Override
  public void step(float[] values, GradientSum gradient, double clip, double learningRate) {
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
}
