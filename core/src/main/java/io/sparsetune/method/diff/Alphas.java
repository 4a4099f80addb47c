package io.sparsetune.method.diff;

import io.sparsetune.random.Randomness;
import io.sparsetune.random.Randomness.Purpose;
import java.io.Serializable;
import java.util.Arrays;

/**
 * How α starts and moves.
 *
 * @param start where every α starts; not a number for σ(N(0, 1)), each drawn
 * @param learningRate constant, of an AdamW of α's own; not a number where α shares that of w: its
 *     rate, and its gradient's norm in clipping
 */
record Alphas(double start, double learningRate) implements Serializable {

  static Alphas of(double start, double learningRate) {
    return new Alphas(start, learningRate);
  }

  /** As the code that Fu et al. released has it. */
  static Alphas ofReleasedCode() {
    return new Alphas(Double.NaN, Double.NaN);
  }

  boolean shared() {
    return Double.isNaN(learningRate);
  }

  double rate(double ofW) {
    return shared() ? ofW : learningRate;
  }

  /** Writes the start of a tensor's α to [from, from + count). */
  void fill(long seed, int tensor, float[] alpha, int from, int count) {
    if (!Double.isNaN(start)) {
      Arrays.fill(alpha, from, from + count, (float) start);
      return;
    }
    long key = Randomness.key(seed, Purpose.DIFF_ALPHA, tensor);
    for (int i = 0; i < count; i++) {
      alpha[from + i] = (float) (1 / (1 + StrictMath.exp(-Randomness.normal(key, i))));
    }
  }
}
