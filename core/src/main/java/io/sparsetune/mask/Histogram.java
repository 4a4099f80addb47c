package io.sparsetune.mask;

import java.io.Serializable;
import java.util.Arrays;

/**
 * Counts of scores by group and bin (16 bits of a score); only bins that occur are held. Immutable.
 */
public final class Histogram implements Serializable {
  private static final long serialVersionUID = 1;
  static final int BINS = 1 << 16;
  public static final Histogram EMPTY = new Histogram(new long[0], new long[0]);

  /** group · 2¹⁶ + bin, rising. */
  private final long[] keys;

  private final long[] counts;

  private Histogram(long[] keys, long[] counts) {
    this.keys = keys;
    this.counts = counts;
  }

  /** One group's counts [2¹⁶]. */
  static Histogram of(int group, int[] binCounts) {
    int used = 0;
    for (int count : binCounts) {
      used += count > 0 ? 1 : 0;
    }
    long[] keys = new long[used];
    long[] counts = new long[used];
    int i = 0;
    for (int bin = 0; bin < BINS; bin++) {
      if (binCounts[bin] > 0) {
        keys[i] = (long) group * BINS + bin;
        counts[i++] = binCounts[bin];
      }
    }
    return new Histogram(keys, counts);
  }

  /** Both together; associative and commutative. */
  public Histogram merge(Histogram other) {
    long[] newKeys = new long[keys.length + other.keys.length];
    long[] newCounts = new long[newKeys.length];
    int size = 0;
    int i = 0;
    int j = 0;
    while (i < keys.length || j < other.keys.length) {
      long mine = i < keys.length ? keys[i] : Long.MAX_VALUE;
      long theirs = j < other.keys.length ? other.keys[j] : Long.MAX_VALUE;
      newKeys[size] = Math.min(mine, theirs);
      newCounts[size++] =
          (mine <= theirs ? counts[i++] : 0) + (theirs <= mine ? other.counts[j++] : 0);
    }
    return new Histogram(Arrays.copyOf(newKeys, size), Arrays.copyOf(newCounts, size));
  }

  /** The group's bin that holds its keep-th largest score, and how many of that bin are kept. */
  Cut cut(int group, long keep) {
    int last = Arrays.binarySearch(keys, (group + 1L) * BINS);
    long left = keep;
    for (int i = (last < 0 ? -last - 1 : last) - 1; i >= 0 && keys[i] / BINS == group; i--) {
      if (counts[i] >= left) {
        return new Cut((int) (keys[i] % BINS), left);
      }
      left -= counts[i];
    }
    throw new IllegalStateException(
        "Cannot keep %d scores of group %d: there are %d".formatted(keep, group, keep - left));
  }

  /**
   * @param bin all above it is kept
   * @param left how many of the bin itself are kept, at least 1
   */
  record Cut(int bin, long left) {
    static final Cut NOTHING = new Cut(BINS - 1, 0);
  }
}
