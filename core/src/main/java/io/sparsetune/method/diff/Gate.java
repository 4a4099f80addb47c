package io.sparsetune.method.diff;

/**
 * DiffPruning's arithmetic for one position at a time: θ = θ⁰ + δ with δ = z·z_g·w, where z_g is 1
 * unless the tensor has a gate of its own, and the loss grows by λ·P(z &gt; 0)·P(z_g &gt; 0). In
 * double precision. The same noise gives the same gate, so that none need be kept. For one thread.
 */
final class Gate {
  private final HardConcrete concrete;
  private final double lambda;
  private TensorGate shared = TensorGate.ALWAYS_OPEN;
  private double z;
  private double slope;
  private double open;

  /**
   * @param lambda λ of one position: divided by n where the penalty is a mean
   */
  Gate(HardConcrete concrete, double lambda) {
    this.concrete = concrete;
    this.lambda = lambda;
  }

  /** Goes to a tensor. */
  void enter(TensorGate ofTensor) {
    shared = ofTensor;
  }

  /** Goes to a position of the tensor. */
  void draw(double noise, double alpha) {
    double odds = HardConcrete.odds(alpha);
    double s = HardConcrete.concrete(noise, odds);
    z = concrete.gate(s);
    slope = concrete.slope(s);
    open = concrete.open(odds);
  }

  /** What w is multiplied with, z·z_g: also the factor between the gradients by θ and by w. */
  double factor() {
    return z * shared.z();
  }

  /** λ·P(z &gt; 0)·P(z_g &gt; 0). */
  double penalty() {
    return lambda * open * shared.open();
  }

  /**
   * The gradient by α.
   *
   * @param g of the loss by θ, at θ⁰ + δ of the same noise
   */
  double byAlpha(double g, double w) {
    return g * w * slope * shared.z() + lambda * open * (1 - open) * shared.open();
  }

  /** The position's part of the gradient by the tensor's α_g. */
  double byTensorAlpha(double g, double w) {
    return g * w * z * shared.slope() + lambda * open * shared.openSlope();
  }
}
