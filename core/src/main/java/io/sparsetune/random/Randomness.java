package io.sparsetune.random;

import java.util.List;

/**
 * The one source of randomness: counter-based, so that any number is a pure function of (run seed,
 * purpose, step, shard, …, index), whoever asks and when. Finalizer of SplitMix64 (Steele, Lea,
 * Flood 2014).
 */
public final class Randomness {
  private Randomness() {}

  /**
   * What numbers are drawn for; each has streams of its own. The places in this list are part of
   * every run's bits: a new one comes last.
   */
  public enum Purpose {
    DROPOUT,
    SCORE_DROPOUT,
    HEAD_INITIALISATION,
    RANDOM_MASK,
    EPOCH_ORDER,
    SHARD_ORDER,
    DIFF_NOISE,
    CHILD_F,
    ADDED_INITIALISATION,
    MIXOUT_MASK,
    DIFF_TENSOR_NOISE,
    DIFF_ALPHA,
    MIXOUT_STEP
  }

  /** The key of a stream. Never 0. */
  public static long key(long seed, Purpose purpose, long... coordinates) {
    long key = mix(seed + 0x9E3779B97F4A7C15L);
    key = mix(key ^ ORDER.indexOf(purpose) + 1);
    for (long c : coordinates) {
      key = mix(key * 0x9E3779B97F4A7C15L + c);
    }
    return key == 0 ? 1 : key;
  }

  private static final List<Purpose> ORDER = List.of(Purpose.values());

  /** 64 random bits: number {@code index} of the key's stream. */
  public static long bits(long key, long index) {
    return mix(key + index * 0x9E3779B97F4A7C15L);
  }

  /** Uniform in [0, 1), 53 bits. */
  public static double uniform(long key, long index) {
    return (bits(key, index) >>> 11) * 0x1p-53;
  }

  /** Uniform in 0..bound−1 (unbiased to 2⁻³² for bounds below 2³¹). */
  public static int below(long key, long index, int bound) {
    return (int) Math.multiplyHigh(bits(key, index) >>> 1, (long) bound << 1);
  }

  /** Standard normal, by Box and Muller with {@link StrictMath}. */
  public static double normal(long key, long index) {
    double u = 1 - uniform(key, 2 * index);
    double v = uniform(key, 2 * index + 1);
    return StrictMath.sqrt(-2 * StrictMath.log(u)) * StrictMath.cos(2 * Math.PI * v);
  }

  /** The numbers 0..n−1 in random order (Fisher and Yates). */
  public static int[] permutation(long key, int n) {
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[i] = i;
    }
    for (int i = n - 1; i > 0; i--) {
      int j = below(key, i, i + 1);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    return order;
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
