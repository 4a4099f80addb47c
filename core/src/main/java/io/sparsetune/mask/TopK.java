package io.sparsetune.mask;

import io.sparsetune.error.DivergedException;
import io.sparsetune.mask.Histogram.Cut;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The exact k largest of scores that nobody holds together; of equal scores the lower position
 * wins. Non-negative floats are ordered like their bits: a histogram of the high halves finds the
 * bin of the k-th score, one of the low halves inside that bin finds the score itself. Where not
 * all scores equal to it are kept, a count of them, slice by slice, says how many each slice may
 * keep. Memory here: the bins in use and the k positions.
 */
public final class TopK {
  private static final int INFINITY_BITS = 0x7F800000;

  private TopK() {}

  /**
   * The positions of the goal's k largest scores; a tensor of which all are chosen is whole.
   *
   * @throws DivergedException when a score is not finite
   */
  public static Mask select(ParameterLayout layout, TopKGoal goal, ScoreSource scores) {
    if (goal.size() == 0) {
      return Mask.none(layout);
    }
    int groups = goal.groups();
    // For a message of an executor's: the layout itself stays here.
    List<String> names = layout.tensors().stream().map(TensorSpec::name).toList();
    Histogram high = scores.histogram(slice -> highHalves(goal, names, slice));
    Cut[] highCuts = new Cut[groups];
    int[] highBins = new int[groups];
    for (int g = 0; g < groups; g++) {
      highCuts[g] = goal.keep(g) > 0 ? high.cut(g, goal.keep(g)) : Cut.NOTHING;
      highBins[g] = highCuts[g].bin();
    }
    Histogram low = scores.histogram(slice -> lowHalves(goal, highBins, slice));
    int[] thresholds = new int[groups];
    long[] ties = new long[groups];
    boolean tied = false;
    for (int g = 0; g < groups; g++) {
      Cut cut = goal.keep(g) > 0 ? low.cut(g, highCuts[g].left()) : Cut.NOTHING;
      thresholds[g] = highBins[g] << 16 | cut.bin();
      if (cut.left() == cut.count()) {
        // All that are equal to the k-th are kept: what is above stays, with -1 everything.
        thresholds[g]--;
      } else {
        ties[g] = cut.left();
        tied = true;
      }
    }
    List<Ties> counted =
        tied ? scores.map(slice -> countTies(goal, thresholds, ties, slice)) : List.of();
    int[][] quotas = quotas(layout, goal, ties, counted);
    return mask(layout, scores.map(slice -> choose(goal, thresholds, quotas, slice)));
  }

  private static Histogram highHalves(TopKGoal goal, List<String> names, ScoreSlice slice) {
    if (!goal.wants(slice.tensor())) {
      return Histogram.EMPTY;
    }
    int[] counts = new int[Histogram.BINS];
    int size = slice.size();
    for (int i = 0; i < size; i++) {
      int bits = slice.bits(i);
      if (bits >= INFINITY_BITS) {
        throw new DivergedException(
            ("A score of %s is %s: not finite; the model's weights or its gradients at the start"
                    + " are out of range")
                .formatted(names.get(slice.tensor()), slice.score(i)),
            null);
      }
      counts[bits >>> 16]++;
    }
    return Histogram.of(goal.group(slice.tensor()), counts);
  }

  private static Histogram lowHalves(TopKGoal goal, int[] highBins, ScoreSlice slice) {
    if (!goal.wants(slice.tensor())) {
      return Histogram.EMPTY;
    }
    int group = goal.group(slice.tensor());
    int bin = highBins[group];
    int[] counts = new int[Histogram.BINS];
    int size = slice.size();
    for (int i = 0; i < size; i++) {
      int bits = slice.bits(i);
      if (bits >>> 16 == bin) {
        counts[bits & 0xFFFF]++;
      }
    }
    return Histogram.of(group, counts);
  }

  private static Ties countTies(TopKGoal goal, int[] thresholds, long[] ties, ScoreSlice slice) {
    int count = 0;
    if (goal.wants(slice.tensor()) && ties[goal.group(slice.tensor())] > 0) {
      int threshold = thresholds[goal.group(slice.tensor())];
      for (int i = 0; i < slice.size(); i++) {
        count += slice.bits(i) == threshold ? 1 : 0;
      }
    }
    return new Ties(slice.tensor(), slice.from(), count);
  }

  /** For each tensor and slice (of {@link ScoreSlice#LENGTH}) how many ties it keeps. */
  private static int[][] quotas(
      ParameterLayout layout, TopKGoal goal, long[] left, List<Ties> counted) {
    int[][] quotas = new int[layout.tensorCount()][];
    for (int t = 0; t < quotas.length; t++) {
      quotas[t] =
          new int[goal.wants(t) ? (layout.tensor(t).size() - 1) / ScoreSlice.LENGTH + 1 : 0];
    }
    List<Ties> inOrder = new ArrayList<>(counted);
    inOrder.sort(Comparator.comparingInt(Ties::tensor).thenComparingInt(Ties::from));
    long[] remaining = left.clone();
    for (Ties ties : inOrder) {
      if (goal.wants(ties.tensor())) {
        int group = goal.group(ties.tensor());
        int kept = (int) Math.min(remaining[group], ties.count());
        quotas[ties.tensor()][ties.from() / ScoreSlice.LENGTH] = kept;
        remaining[group] -= kept;
      }
    }
    return quotas;
  }

  private static Chosen choose(TopKGoal goal, int[] thresholds, int[][] quotas, ScoreSlice slice) {
    if (!goal.wants(slice.tensor())) {
      return new Chosen(slice.tensor(), slice.from(), new int[0]);
    }
    int group = goal.group(slice.tensor());
    int threshold = goal.keep(group) > 0 ? thresholds[group] : Integer.MAX_VALUE;
    int quota = quotas[slice.tensor()][slice.from() / ScoreSlice.LENGTH];
    int[] positions = new int[16];
    int count = 0;
    for (int i = 0; i < slice.size(); i++) {
      int bits = slice.bits(i);
      if (bits > threshold || (bits == threshold && quota-- > 0)) {
        if (count == positions.length) {
          positions = Arrays.copyOf(positions, 2 * count);
        }
        positions[count++] = slice.from() + i;
      }
    }
    return new Chosen(slice.tensor(), slice.from(), Arrays.copyOf(positions, count));
  }

  private static Mask mask(ParameterLayout layout, List<Chosen> chosen) {
    List<Chosen> inOrder = new ArrayList<>(chosen);
    inOrder.sort(Comparator.comparingInt(Chosen::tensor).thenComparingInt(Chosen::from));
    Mask.Builder builder = new Mask.Builder(layout);
    int next = 0;
    while (next < inOrder.size()) {
      int tensor = inOrder.get(next).tensor();
      int end = next;
      int size = 0;
      while (end < inOrder.size() && inOrder.get(end).tensor() == tensor) {
        size += inOrder.get(end++).positions().length;
      }
      int[] positions = new int[size];
      for (int filled = 0; next < end; next++) {
        int[] part = inOrder.get(next).positions();
        System.arraycopy(part, 0, positions, filled, part.length);
        filled += part.length;
      }
      if (size == layout.tensor(tensor).size()) {
        builder.whole(tensor);
      } else {
        builder.positions(tensor, positions);
      }
    }
    return builder.build();
  }

  private record Ties(int tensor, int from, int count) implements Serializable {}

  private record Chosen(int tensor, int from, int[] positions) implements Serializable {}
}
