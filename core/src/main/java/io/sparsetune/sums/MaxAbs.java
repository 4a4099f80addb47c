package io.sparsetune.sums;

import io.sparsetune.params.ParameterLayout;
import java.io.Serializable;
import java.util.function.IntPredicate;

/**
 * The largest |gradient / examples| that each wanted tensor saw, and how many micro-batches came:
 * from them follow the units of a {@link ScoreSum} of squares. Adding is thread-safe.
 */
public final class MaxAbs implements DenseGradientSink, Serializable {
  private static final long serialVersionUID = 1;

  /** A sum of squares stays below 2⁶² units. */
  private static final int SUM_BITS = 62;

  private final WantedTensors tensors;
  private final double[] max;
  private long microBatches;

  public MaxAbs(ParameterLayout layout, IntPredicate wants) {
    this.tensors = new WantedTensors(layout, wants);
    this.max = new double[tensors.count()];
  }

  @Override
  public boolean wants(int tensor) {
    return tensors.wants(tensor);
  }

  @Override
  public void add(int tensor, float[] gradient, int offset, int examples) {
    float largest = 0;
    for (int i = offset; i < offset + tensors.size(tensor); i++) {
      float magnitude = Math.abs(gradient[i]);
      if (!(magnitude <= Float.MAX_VALUE)) {
        throw tensors.outOfRange(tensor, gradient[i]);
      }
      largest = Math.max(largest, magnitude);
    }
    synchronized (this) {
      max[tensor] = Math.max(max[tensor], (double) largest / examples);
    }
  }

  @Override
  public synchronized void addLoss(double lossSum, int examples) {
    microBatches++;
  }

  public synchronized void merge(MaxAbs other) {
    for (int t = 0; t < max.length; t++) {
      max[t] = Math.max(max[t], other.max[t]);
    }
    microBatches += other.microBatches;
  }

  /**
   * For each tensor the power of two in which its sum of squares is counted: the finest in which
   * the sum cannot overflow.
   */
  public synchronized double[] squareUnits() {
    double[] units = new double[max.length];
    for (int t = 0; t < max.length; t++) {
      double bound = max[t] * max[t] * microBatches;
      units[t] = bound > 0 ? Math.scalb(1.0, Math.getExponent(bound) + 1 - SUM_BITS) : 1;
    }
    return units;
  }
}
