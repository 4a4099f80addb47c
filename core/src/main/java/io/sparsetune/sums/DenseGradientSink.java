package io.sparsetune.sums;

/**
 * Receives whole gradients, tensor by tensor, from several threads at once, in a score round. The
 * order in which they come must not matter to what an implementation makes of them.
 */
public interface DenseGradientSink {
  /** Whether the tensor's gradient is asked for. */
  boolean wants(int tensor);

  /**
   * Takes in the gradient of one micro-batch, summed over its {@code examples}.
   *
   * @param gradient holds [tensor size] values from {@code offset} on; not kept
   * @throws NotFiniteException when a value is not finite or out of range
   */
  void add(int tensor, float[] gradient, int offset, int examples);

  /** Takes in one micro-batch's loss, summed over its examples. */
  void addLoss(double lossSum, int examples);
}
