package io.sparsetune.method.diff;

import java.io.Serializable;

/**
 * The hard-concrete distribution of a gate z in [0, 1] (Louizos, Welling and Kingma 2018): s =
 * σ(logit u + α) of uniform noise u, stretched to (l, r) and cut off at 0 and 1, so that z is
 * exactly 0 or 1 with a chance that α decides. With the odds e^(−α) of a gate, σ(logit u + α) is u
 * / (u + (1 − u)·e^(−α)) and the chance of z &gt; 0 is 1 / (1 + e^(−α)·(−l/r)): one exponential for
 * both.
 *
 * @param l below 0
 * @param r above 1
 */
record HardConcrete(double l, double r) implements Serializable {
  public HardConcrete {
    if (!(l < 0 && r > 1) || Double.isInfinite(l) || Double.isInfinite(r)) {
      throw new IllegalArgumentException(
          "Invalid stretch: l = %s, r = %s; l has to be below 0 and r above 1".formatted(l, r));
    }
  }

  /** e^(−α): how likely a gate is to be shut. */
  static double odds(double alpha) {
    return StrictMath.exp(-alpha);
  }

  /**
   * s = σ(logit u + α) in [0, 1].
   *
   * @param noise u in (0, 1)
   */
  static double concrete(double noise, double odds) {
    return noise / (noise + (1 - noise) * odds);
  }

  /** The gate z. */
  double gate(double s) {
    return Math.max(0, Math.min(1, s * (r - l) + l));
  }

  /** ∂z/∂α: 0 where z is cut off. */
  double slope(double s) {
    double stretched = s * (r - l) + l;
    return stretched > 0 && stretched < 1 ? (r - l) * s * (1 - s) : 0;
  }

  /** The chance of z &gt; 0, σ(α − log(−l/r)): a gate's share of the penalty. */
  double open(double odds) {
    return 1 / (1 + odds * (-l / r));
  }
}
