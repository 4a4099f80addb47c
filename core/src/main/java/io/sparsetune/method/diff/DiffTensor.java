package io.sparsetune.method.diff;

/**
 * DiffPruning's arithmetic for one tensor: θ = θ⁰ + δ with δ_i = z_i·z_g·w_i, where z_g is 1 unless
 * the tensor has a gate of its own, and the loss grows by λ·Σ_i P(z_i &gt; 0)·P(z_g &gt; 0). In
 * double precision, position by position, sums in their order. The same noise gives the same gates,
 * so they need not be kept from one call to the next.
 *
 * @param lambda λ of one position: divided by n where the penalty is a mean
 */
record DiffTensor(HardConcrete concrete, double lambda) {

  /** Writes δ [size] of the tensor. */
  void differences(TensorGate shared, Noise noise, float[] w, float[] alpha, float[] into) {
    for (int i = 0; i < w.length; i++) {
      double s = HardConcrete.concrete(noise.at(i), HardConcrete.odds(alpha[i]));
      into[i] = (float) (concrete.gate(s) * shared.z() * w[i]);
    }
  }

  /**
   * Writes the gradients by w and α [size].
   *
   * @param gradient of the loss by θ [size], at θ⁰ + δ of the same noise
   * @return the gradient by α_g
   */
  double gradients(
      TensorGate shared,
      Noise noise,
      float[] gradient,
      float[] w,
      float[] alpha,
      float[] ofW,
      float[] ofAlpha) {
    double ofShared = 0;
    for (int i = 0; i < w.length; i++) {
      double odds = HardConcrete.odds(alpha[i]);
      double s = HardConcrete.concrete(noise.at(i), odds);
      double z = concrete.gate(s);
      double open = concrete.open(odds);
      double byGate = (double) gradient[i] * w[i];
      ofW[i] = (float) (gradient[i] * z * shared.z());
      ofAlpha[i] =
          (float)
              (byGate * concrete.slope(s) * shared.z()
                  + lambda * open * (1 - open) * shared.open());
      ofShared += byGate * z * shared.slope() + lambda * open * shared.openSlope();
    }
    return ofShared;
  }

  /** λ·Σ_i P(z_i &gt; 0)·P(z_g &gt; 0). */
  double penalty(TensorGate shared, float[] alpha) {
    double open = 0;
    for (float a : alpha) {
      open += concrete.open(HardConcrete.odds(a));
    }
    return lambda * open * shared.open();
  }
}
