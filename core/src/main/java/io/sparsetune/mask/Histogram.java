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

  /** One group's, of as many scores as there are bins. */
  static Histogram of(int group, char[] bins) {
    if (bins.length == 0) {
      return EMPTY;
    }
    int lowest = BINS;
    int highest = -1;
    for (char bin : bins) {
      lowest = Math.min(lowest, bin);
      highest = Math.max(highest, bin);
    }
    return highest - lowest < 4 * bins.length
        ? counted(group, bins, lowest, highest)
        : sorted(group, bins);
  }

  private static Histogram counted(int group, char[] bins, int lowest, int highest) {
    int[] binCounts = new int[highest - lowest + 1];
    for (char bin : bins) {
      binCounts[bin - lowest]++;
    }
    int used = 0;
    for (int count : binCounts) {
      used += count > 0 ? 1 : 0;
    }
    long[] keys = new long[used];
    long[] counts = new long[used];
    for (int i = 0, next = 0; i < binCounts.length; i++) {
      if (binCounts[i] > 0) {
        keys[next] = (long) group * BINS + lowest + i;
        counts[next++] = binCounts[i];
      }
    }
    return new Histogram(keys, counts);
  }

  /** Where bins are few and far between. */
  private static Histogram sorted(int group, char[] bins) {
    char[] rising = bins.clone();
    Arrays.sort(rising);
    long[] keys = new long[rising.length];
    long[] counts = new long[rising.length];
    int used = 0;
    for (int i = 0; i < rising.length; i++) {
      if (i == 0 || rising[i] != rising[i - 1]) {
        keys[used++] = (long) group * BINS + rising[i];
      }
      counts[used - 1]++;
    }
    return new Histogram(Arrays.copyOf(keys, used), Arrays.copyOf(counts, used));
  }

  /** Without bins below the one in which the given number of scores is full. */
  Histogram largest(long number) {
    int from = keys.length;
    for (long left = number; from > 0 && left > 0; ) {
      left -= counts[--from];
    }
    return new Histogram(
        Arrays.copyOfRange(keys, from, keys.length), Arrays.copyOfRange(counts, from, keys.length));
  }

  /** How many scores of a group there are. */
  long count(int group) {
    return count(group, 0);
  }

  /** How many of them are in that bin or above. */
  long count(int group, int bin) {
    long count = 0;
    for (int i = first(group, bin), end = first(group + 1, 0); i < end; i++) {
      count += counts[i];
    }
    return count;
  }

  /** Where a group's bins from {@code bin} on start. */
  private int first(int group, int bin) {
    int found = Arrays.binarySearch(keys, (long) group * BINS + bin);
    return found < 0 ? -found - 1 : found;
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
    long left = keep;
    int first = first(group, 0);
    for (int i = first(group + 1, 0) - 1; i >= first; i--) {
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
