package io.sparsetune.engine;

import java.io.Serializable;

/**
 * Sums of gradients, loss and examples in 64-bit fixed point, so that adding is exact, associative
 * and commutative: the order in which micro-batches, threads and tasks meet does not matter. The
 * unit is 2⁻⁴⁰; a sum holds magnitudes up to 2²². Not thread-safe.
 */
public final class GradientSum implements Serializable {
  private static final long serialVersionUID = 1;
  private static final double UNIT = 0x1p-40;
  private static final double PER_UNIT = 0x1p40;
  private static final double LIMIT = 0x1p62;

  private final long[] sums;
  private long loss;
  private long examples;
  private long microBatches;

  public GradientSum(int size) {
    this.sums = new long[size];
  }

  public int size() {
    return sums.length;
  }

  /** Adds g to the sum of that ordinal. */
  public void add(int ordinal, float g) {
    sums[ordinal] = Math.addExact(sums[ordinal], fixed(g, "gradient"));
  }

  /** Adds g[from .. from + count) to the sums from {@code firstOrdinal} on. */
  public void add(int firstOrdinal, float[] g, int from, int count) {
    for (int i = 0; i < count; i++) {
      add(firstOrdinal + i, g[from + i]);
    }
  }

  /** Adds one micro-batch's loss, summed over its examples. */
  public void addLoss(double lossSum, int exampleCount) {
    loss = Math.addExact(loss, fixed(lossSum, "loss"));
    examples += exampleCount;
    microBatches++;
  }

  public void merge(GradientSum other) {
    if (other.sums.length != sums.length) {
      throw new IllegalArgumentException(
          "Invalid sizes: " + other.sums.length + " and " + sums.length);
    }
    for (int i = 0; i < sums.length; i++) {
      sums[i] = Math.addExact(sums[i], other.sums[i]);
    }
    loss = Math.addExact(loss, other.loss);
    examples += other.examples;
    microBatches += other.microBatches;
  }

  public double sum(int ordinal) {
    return sums[ordinal] * UNIT;
  }

  /** Mean over the examples. */
  public double mean(int ordinal) {
    return sums[ordinal] * UNIT / examples;
  }

  public double meanLoss() {
    return loss * UNIT / examples;
  }

  public long examples() {
    return examples;
  }

  public long microBatches() {
    return microBatches;
  }

  private static long fixed(double x, String what) {
    double scaled = x * PER_UNIT;
    if (!(Math.abs(scaled) < LIMIT)) {
      throw new NotFiniteException(
          "A %s is %s: not finite or above 4,194,304; a lower learning rate or more warm-up may help"
              .formatted(what, x));
    }
    return (long) Math.rint(scaled);
  }
}
