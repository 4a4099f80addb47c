package io.sparsetune.work;

import io.sparsetune.batch.MicroBatch;
import io.sparsetune.engine.EngineWorker;
import io.sparsetune.sums.DenseGradientSink;
import java.io.Serializable;

/**
 * One shard's part of a global batch, apart from its shard, with all that its gradient depends on.
 *
 * @param step of the score round that the batch is, from 0
 * @param dropoutKey {@link EngineWorker#NO_DROPOUT} for none
 */
public record BatchPart(int step, MicroBatch batch, long dropoutKey) implements Serializable {

  /** Adds its whole gradient. */
  public void add(EngineWorker worker, DenseGradientSink into) {
    worker.denseGradient(batch, dropoutKey, into);
  }
}
