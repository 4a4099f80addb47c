package io.sparsetune.sums;

import io.sparsetune.params.ParameterLayout;
import java.util.function.IntPredicate;

/**
 * Σ over batches of the batch's mean gradient, clipped by the norm of the whole model's. It takes a
 * batch's micro-batches in any order and from any number of threads, exactly; a batch has to be
 * whole before the next one. Of two of these, over different batches, the {@link #sums} may be
 * added in any order. Holds 8 bytes for each parameter of the model and 8 for each wanted one.
 */
public final class ClippedSum implements DenseGradientSink {
  private static final double EPSILON = 1e-6;

  private final ScoreSum batch;
  private final ScoreSum sums;
  private final double maxNorm;
  private long examples;

  /**
   * @param wants tensors whose sums are wanted; the norm is over all
   */
  public ClippedSum(ParameterLayout layout, IntPredicate wants, double maxNorm) {
    this.batch = ScoreSum.signed(layout, tensor -> true);
    this.sums = ScoreSum.signed(layout, wants);
    this.maxNorm = maxNorm;
  }

  @Override
  public boolean wants(int tensor) {
    return true;
  }

  @Override
  public void add(int tensor, float[] gradient, int offset, int count) {
    batch.add(tensor, gradient, offset, count);
  }

  @Override
  public synchronized void addLoss(double lossSum, int count) {
    examples += count;
  }

  /** The batch is whole: clips it, adds it and makes room for the next. Not while adding. */
  public synchronized void endBatch() {
    if (examples == 0) {
      return;
    }
    double norm = Math.sqrt(batch.squaredNorm()) / examples;
    sums.addScaled(batch, Math.min(1, maxNorm / (norm + EPSILON)) / examples);
    batch.clear();
    examples = 0;
  }

  /** Of the batches that have ended. */
  public ScoreSum sums() {
    return sums;
  }
}
