package io.sparsetune.method.diff;

import io.sparsetune.random.Randomness;

/** Uniform noise for each position of a tensor, away from 0 and 1. */
@FunctionalInterface
interface Noise {
  double MARGIN = 1e-4;

  /** In [1e-4, 1 − 1e-4]. */
  double at(int position);

  /** The stream of a key. */
  static Noise of(long key) {
    return position -> clamp(Randomness.uniform(key, position));
  }

  private static double clamp(double u) {
    return Math.max(MARGIN, Math.min(1 - MARGIN, u));
  }
}
