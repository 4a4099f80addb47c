package io.sparsetune.mask;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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
    if (keys.length == 0 || other.keys.length == 0) {
      return keys.length == 0 ? other : this;
    }
    return keys[0] <= other.keys[0] ? mergeLater(other) : other.mergeLater(this);
  }

  /** All together, neighbours first, so that what is large is copied a few times only. */
  public static Histogram merge(List<Histogram> histograms) {
    List<Histogram> left = histograms;
    while (left.size() > 1) {
      List<Histogram> merged = new ArrayList<>();
      for (int i = 0; i < left.size(); i += 2) {
        boolean alone = i + 1 == left.size();
        merged.add(alone ? left.get(i) : left.get(i).merge(left.get(i + 1)));
      }
      left = merged;
    }
    return left.isEmpty() ? EMPTY : left.get(0);
  }

  /** With one that starts no earlier: most often what is before it is most of this one. */
  private Histogram mergeLater(Histogram later) {
    int found = Arrays.binarySearch(keys, later.keys[0]);
    int i = found < 0 ? -found - 1 : found;
    long[] newKeys = Arrays.copyOf(keys, keys.length + later.keys.length);
    long[] newCounts = Arrays.copyOf(counts, newKeys.length);
    int size = i;
    int j = 0;
    while (i < keys.length && j < later.keys.length) {
      long mine = keys[i];
      long theirs = later.keys[j];
      newKeys[size] = Math.min(mine, theirs);
      newCounts[size++] =
          (mine <= theirs ? counts[i++] : 0) + (theirs <= mine ? later.counts[j++] : 0);
    }
    int rest = Math.max(keys.length - i, later.keys.length - j);
    boolean own = i < keys.length;
    System.arraycopy(own ? keys : later.keys, own ? i : j, newKeys, size, rest);
    System.arraycopy(own ? counts : later.counts, own ? i : j, newCounts, size, rest);
    size += rest;
    return size == newKeys.length
        ? new Histogram(newKeys, newCounts)
        : new Histogram(Arrays.copyOf(newKeys, size), Arrays.copyOf(newCounts, size));
  }

  /** The group's bin that holds its keep-th largest score, and how many of that bin are kept. */
  Cut cut(int group, long keep) {
    int last = Arrays.binarySearch(keys, (group + 1L) * BINS);
    long left = keep;
    for (int i = (last < 0 ? -last - 1 : last) - 1; i >= 0 && keys[i] / BINS == group; i--) {
      if (counts[i] >= left) {
        return new Cut((int) (keys[i] % BINS), left, counts[i]);
      }
      left -= counts[i];
    }
    throw new IllegalStateException(
        "Cannot keep %d scores of group %d: there are %d".formatted(keep, group, keep - left));
  }

  /**
   * @param bin all above it is kept
   * @param left how many of the bin itself are kept, at least 1 but in {@link #NOTHING}
   * @param count how many the bin has
   */
  record Cut(int bin, long left, long count) {
    static final Cut NOTHING = new Cut(BINS - 1, 0, 0);
  }
}
