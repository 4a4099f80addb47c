package io.sparsetune.mask;

import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorPlace;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * How far two masks over the same tensors agree.
 *
 * @param size parameters of the tensors compared
 * @param first positions of the one mask
 * @param second positions of the other
 * @param both positions that they share
 * @param expected how many they would share if each had drawn its positions at random, as many of
 *     each tensor: Σ first_t·second_t/n_t
 */
public record MaskOverlap(long size, long first, long second, long both, double expected) {
  static final MaskOverlap NONE = new MaskOverlap(0, 0, 0, 0, 0);

  /** |∩|/|∪|; 1 for two empty masks. */
  public double jaccard() {
    return ratio(both, first + second - both);
  }

  /** The same of {@link #expected}. */
  public double expectedJaccard() {
    return ratio(expected, first + second - expected);
  }

  private static double ratio(double part, double all) {
    return all == 0 ? 1 : part / all;
  }

  MaskOverlap plus(MaskOverlap other) {
    return new MaskOverlap(
        size + other.size,
        first + other.first,
        second + other.second,
        both + other.both,
        expected + other.expected);
  }

  /**
   * Of each group of tensors in which either mask has something, in layout order.
   *
   * @param tensors indices of those to be compared
   * @param group names a tensor's group: its layer, its kind, or one name for all
   */
  public static Map<String, MaskOverlap> of(
      ParameterLayout layout,
      List<Integer> tensors,
      Mask first,
      Mask second,
      Function<TensorPlace, String> group) {
    Map<String, MaskOverlap> overlaps = new LinkedHashMap<>();
    for (int t : tensors) {
      if (first.count(t) + second.count(t) > 0) {
        overlaps.merge(
            group.apply(TensorPlace.of(layout.tensor(t))),
            of(layout.tensor(t).size(), first, second, t),
            MaskOverlap::plus);
      }
    }
    return overlaps;
  }

  /** Of all tensors together. */
  public static MaskOverlap of(
      ParameterLayout layout, List<Integer> tensors, Mask first, Mask second) {
    return of(layout, tensors, first, second, place -> "all").getOrDefault("all", NONE);
  }

  private static MaskOverlap of(int size, Mask first, Mask second, int t) {
    int a = first.count(t);
    int b = second.count(t);
    return new MaskOverlap(size, a, b, both(first, second, t), (double) a * b / size);
  }

  private static long both(Mask first, Mask second, int t) {
    if (first.isWhole(t)) {
      return second.count(t);
    }
    if (second.isWhole(t)) {
      return first.count(t);
    }
    int[] a = first.positions(t);
    int[] b = second.positions(t);
    long both = 0;
    for (int i = 0, j = 0; i < a.length && j < b.length; ) {
      int order = Integer.compare(a[i], b[j]);
      both += order == 0 ? 1 : 0;
      i += order <= 0 ? 1 : 0;
      j += order >= 0 ? 1 : 0;
    }
    return both;
  }
}
