package io.sparsetune.engine;

import io.sparsetune.text.MicroBatch;

/** Forward and backward passes for one thread. Not thread-safe. */
public interface EngineWorker {
  /** Dropout off. */
  long NO_DROPOUT = 0;

  /**
   * Adds loss and gradient, summed over the micro-batch's examples, of the installed mask.
   *
   * @param dropoutKey from {@link Randomness}; {@link #NO_DROPOUT} for none
   * @throws NotFiniteException when the loss or a gradient is not finite or out of the sum's range
   */
  void gradient(MicroBatch batch, long dropoutKey, GradientSum into);

  /** Adds the whole gradient of the tensors that {@code into} asks for. */
  void denseGradient(MicroBatch batch, long dropoutKey, DenseSum into);

  /**
   * Logits [examples, outputs], dropout off. An example's logits do not depend on its neighbours.
   */
  float[] logits(MicroBatch batch);
}
