package io.sparsetune.sums;

import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.Arrays;

/**
 * Sums of gradients, loss and examples in 64-bit fixed point, so that adding is exact, associative
 * and commutative: the order in which micro-batches, threads and tasks meet does not matter. The
 * unit of gradients is 2⁻⁴⁰, an addend below 2²² in magnitude and a sum below 2²³; that of losses
 * is 2⁻²⁴, an addend below 2³⁸ and a sum below 2³⁹. Beyond is an error, never a wrong number. Not
 * thread-safe.
 */
public final class GradientSum implements Serializable {
  private static final long serialVersionUID = 1;

  private final long[] sums;
  private long loss;
  private long examples;
  private long tokens;

  public GradientSum(int size) {
    this(new long[size]);
  }

  private GradientSum(long[] sums) {
    this.sums = sums;
  }

  public int size() {
    return sums.length;
  }

  /**
   * Adds g[from .. from + count) to the sums from {@code firstOrdinal} on.
   *
   * @throws NotFiniteException when one is not finite, or it or its sum is out of range
   */
  public void add(int firstOrdinal, float[] g, int from, int count) {
    FixedPoint.addAll(g, from, sums, firstOrdinal, count, "gradient");
  }

  /**
   * Adds one micro-batch's loss, summed over its examples.
   *
   * @throws NotFiniteException when the loss is not finite or out of range
   */
  public void addLoss(double lossSum, int exampleCount) {
    loss = FixedPoint.sum(loss, FixedPoint.of(lossSum, FixedPoint.LOSS_UNIT, "loss"), "loss");
    examples += exampleCount;
  }

  /** Counts tokens that went through the model. */
  public void addTokens(long count) {
    tokens += count;
  }

  /**
   * Adds all of the other.
   *
   * @throws NotFiniteException when a sum is out of range
   */
  public void merge(GradientSum other) {
    if (other.sums.length != sums.length) {
      throw new IllegalArgumentException(
          "Invalid sizes: " + other.sums.length + " and " + sums.length);
    }
    FixedPoint.mergeAll(other.sums, sums, "gradient");
    loss = FixedPoint.sum(loss, other.loss, "loss");
    examples += other.examples;
    tokens += other.tokens;
  }

  /**
   * Multiplies one sum, rounding to the unit.
   *
   * @throws NotFiniteException when the product is out of range
   */
  public void scale(int ordinal, double factor) {
    sums[ordinal] =
        factor == 0 ? 0 : FixedPoint.of(sum(ordinal) * factor, FixedPoint.UNIT, "gradient");
  }

  /** Back to nothing. */
  public void clear() {
    Arrays.fill(sums, 0);
    loss = 0;
    examples = 0;
    tokens = 0;
  }

  /** Of that ordinal, over all examples. */
  public double sum(int ordinal) {
    return sums[ordinal] * FixedPoint.UNIT;
  }

  /** Mean over the examples. */
  public double meanLoss() {
    return loss * FixedPoint.LOSS_UNIT / examples;
  }

  public long examples() {
    return examples;
  }

  public long tokens() {
    return tokens;
  }

  private Object writeReplace() {
    return new Packed(new PackedLongs(sums), loss, examples, tokens);
  }

  private void readObject(ObjectInputStream in) throws InvalidObjectException {
    throw new InvalidObjectException("Invalid stream: a GradientSum is written as Packed");
  }

  /** As it is serialized. */
  private record Packed(PackedLongs sums, long loss, long examples, long tokens)
      implements Serializable {
    private Object readResolve() {
      GradientSum sum = new GradientSum(sums.numbers());
      sum.loss = loss;
      sum.examples = examples;
      sum.tokens = tokens;
      return sum;
    }
  }
}
