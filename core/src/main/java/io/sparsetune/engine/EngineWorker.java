package io.sparsetune.engine;

import io.sparsetune.batch.MicroBatch;
import io.sparsetune.random.Randomness;
import io.sparsetune.sums.DenseGradientSink;
import io.sparsetune.sums.GradientSum;
import io.sparsetune.sums.NotFiniteException;

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

  /**
   * Adds loss and whole gradient, summed over the micro-batch's examples, of the tensors that
   * {@code into} asks for.
   *
   * @param dropoutKey from {@link Randomness}; {@link #NO_DROPOUT} for none
   * @throws NotFiniteException when the loss or a gradient is not finite or out of the sink's range
   */
  void denseGradient(MicroBatch batch, long dropoutKey, DenseGradientSink into);

  /**
   * Logits [examples, outputs], dropout off. An example's logits do not depend on its neighbours.
   */
  float[] logits(MicroBatch batch);
}
