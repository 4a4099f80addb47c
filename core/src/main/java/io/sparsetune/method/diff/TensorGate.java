package io.sparsetune.method.diff;

/**
 * The gate that all positions of a tensor share where DiffPruning is structured.
 *
 * @param z of this step
 * @param slope ∂z/∂α_g
 * @param open chance of z &gt; 0
 * @param openSlope its derivative by α_g
 */
record TensorGate(double z, double slope, double open, double openSlope) {
  /** Always open and not trained: unstructured. */
  static final TensorGate ALWAYS_OPEN = new TensorGate(1, 0, 1, 0);

  static TensorGate of(HardConcrete concrete, double noise, double alpha) {
    double odds = HardConcrete.odds(alpha);
    double s = HardConcrete.concrete(noise, odds);
    double open = concrete.open(odds);
    return new TensorGate(concrete.gate(s), concrete.slope(s), open, open * (1 - open));
  }
}
