package io.sparsetune.engine;

/**
 * Receives whole gradients, tensor by tensor, from several threads at once: the accumulator of a
 * score round. Implementations add in fixed point, so that order does not matter.
 */
public interface DenseSum {
  /** Whether the tensor's gradient is wanted. */
  boolean wants(int tensor);

  /**
   * Adds the gradient of one micro-batch, summed over its {@code examples}.
   *
   * @param gradient holds [tensor size] values from {@code offset} on; not kept
   */
  void add(int tensor, float[] gradient, int offset, int examples);

  /** Adds one micro-batch's loss, summed over its examples. */
  void addLoss(double lossSum, int examples);
}
