package io.sparsetune.engine;

import io.sparsetune.batch.MicroBatch;

/**
 * What an engine's tests look at inside a worker. Public because the worker lives in another
 * package and behind another class loader than they do; training needs none of it.
 */
public interface InspectedWorker extends EngineWorker {
  /**
   * The encoder's last hidden states, dropout off: [hidden size, tokens] for pooling by mean, else
   * [hidden size, sequences], those of the first tokens: no others are computed.
   */
  float[] hiddenStates(MicroBatch batch);

  /** What this worker has spent since it was made. */
  WorkerStatistics statistics();
}
