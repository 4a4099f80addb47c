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
import java.util.stream.IntStream;

/**
 * The exact k largest of scores that nobody holds together; of equal scores the lower position
 * wins. Non-negative floats are ordered like their bits: a histogram of the high halves finds the
 * bin of the k-th score, one of the low halves inside that bin finds the score itself. Where not
 * all scores equal to it are kept, a count of them, slice by slice, says how many each slice may
 * keep.
 *
 * <p>Most scores need not be looked at so often. A sample says below which score nearly nothing can
 * be chosen; what is above, the candidates, little more than k, comes here, and the rest is done
 * here. Where the sample of one group said too much, or candidates are too many (k is a large share
 * of all, or a great many scores are equal), all scores stay where they are. Memory here: the bins
 * in use, and for candidates and positions O(k + 2²⁰ + slices).
 */
public final class TopK {
  private static final int INFINITY_BITS = 0x7F800000;

  /** Of so many scores the sample has one; prime, so that it walks through a matrix's columns. */
  static final int SAMPLED = 61;

  /** So many candidates may come here whatever k is: 8 MB. */
  private static final int FEW = 1 << 20;

  /** Of a slice come at most so many times what its sample lets expect, and so many more. */
  private static final int FACTOR = 2;

  private static final int SLACK = 1 << 10;

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
    // For a message of an executor's: the layout itself stays here.
    List<String> names = layout.tensors().stream().map(TensorSpec::name).toList();
    return select(layout, goal, names, candidates(layout, goal, scores));
  }

  private static Mask select(
      ParameterLayout layout, TopKGoal goal, List<String> names, ScoreSource scores) {
    int groups = goal.groups();
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

  /** Scores that the k largest are among: in this process, where these are few. */
  private static ScoreSource candidates(ParameterLayout layout, TopKGoal goal, ScoreSource scores) {
    Histogram sample = scores.histogram(slice -> sample(goal, slice));
    long[] sizes = new long[goal.groups()];
    for (int t = 0; t < layout.tensorCount(); t++) {
      if (goal.wants(t)) {
        sizes[goal.group(t)] += layout.tensor(t).size();
      }
    }
    int[] floors = new int[goal.groups()];
    long expected = 0;
    for (int g = 0; g < floors.length; g++) {
      long safe = safe(goal.keep(g));
      if (goal.keep(g) == 0) {
        floors[g] = INFINITY_BITS;
      } else if (safe <= sample.count(g)) {
        // Infinity and what is no number reach the highest floor, and are found out.
        int bin = sample.cut(g, safe).bin();
        floors[g] = Math.min(bin << 16, INFINITY_BITS);
        expected += SAMPLED * sample.count(g, bin);
      } else {
        expected += sizes[g];
      }
    }
    long most = Math.min(4 * goal.size(), Arrays.stream(sizes).sum() / 8);
    if (expected > Math.max(FEW, most)) {
      return scores;
    }
    List<Candidates> parts = scores.map(slice -> candidates(goal, floors, slice));
    long[] counts = new long[goal.groups()];
    for (Candidates part : parts) {
      if (part.tooMany()) {
        return scores;
      }
      if (goal.wants(part.scores().tensor())) {
        counts[goal.group(part.scores().tensor())] += part.scores().size();
      }
    }
    boolean enough = IntStream.range(0, counts.length).allMatch(g -> counts[g] >= goal.keep(g));
    return enough ? new LocalScores(() -> parts.stream().map(Candidates::scores)) : scores;
  }

  private static Histogram sample(TopKGoal goal, ScoreSlice slice) {
    if (!goal.wants(slice.tensor())) {
      return Histogram.EMPTY;
    }
    char[] bins = new char[(slice.size() - 1) / SAMPLED + 1];
    for (int i = 0; i < bins.length; i++) {
      bins[i] = (char) (slice.bits(i * SAMPLED) >>> 16);
    }
    int group = goal.group(slice.tensor());
    return Histogram.of(group, bins).largest(safe(goal.keep(group)));
  }

  /** So many of a sample stand, all but certainly, for more than k: by five standard deviations. */
  private static long safe(long keep) {
    double expected = (double) keep / SAMPLED;
    return (long) Math.ceil(expected + 5 * Math.sqrt(expected) + 5);
  }

  private static Candidates candidates(TopKGoal goal, int[] floors, ScoreSlice slice) {
    if (!goal.wants(slice.tensor())) {
      return new Candidates(slice.only(new int[0]), false);
    }
    int floor = floors[goal.group(slice.tensor())];
    int[] chosen = slice.atLeast(floor);
    int expected = 0;
    for (int i = 0; i < slice.size(); i += SAMPLED) {
      expected += slice.bits(i) >= floor ? SAMPLED : 0;
    }
    boolean tooMany = chosen.length > FACTOR * expected + SLACK;
    return new Candidates(slice.only(tooMany ? new int[0] : chosen), tooMany);
  }

  private static Histogram highHalves(TopKGoal goal, List<String> names, ScoreSlice slice) {
    if (!goal.wants(slice.tensor())) {
      return Histogram.EMPTY;
    }
    char[] bins = new char[slice.size()];
    for (int i = 0; i < bins.length; i++) {
      int bits = slice.bits(i);
      if (bits >= INFINITY_BITS) {
        throw new DivergedException(
            ("A score of %s is %s: not finite; the model's weights or its gradients at the start"
                    + " are out of range")
                .formatted(names.get(slice.tensor()), slice.score(i)),
            null);
      }
      bins[i] = (char) (bits >>> 16);
    }
    return Histogram.of(goal.group(slice.tensor()), bins);
  }

  private static Histogram lowHalves(TopKGoal goal, int[] highBins, ScoreSlice slice) {
    int group = goal.group(slice.tensor());
    if (!goal.wants(slice.tensor()) || goal.keep(group) == 0) {
      return Histogram.EMPTY;
    }
    int[] positions = slice.atLeast(highBins[group] << 16);
    char[] bins = new char[positions.length];
    int count = 0;
    for (int position : positions) {
      int bits = slice.bits(position);
      if (bits >>> 16 == highBins[group]) {
        bins[count++] = (char) bits;
      }
    }
    return Histogram.of(group, Arrays.copyOf(bins, count));
  }

  private static Ties countTies(TopKGoal goal, int[] thresholds, long[] ties, ScoreSlice slice) {
    int count = 0;
    if (goal.wants(slice.tensor()) && ties[goal.group(slice.tensor())] > 0) {
      int threshold = thresholds[goal.group(slice.tensor())];
      for (int position : slice.atLeast(threshold)) {
        count += slice.bits(position) == threshold ? 1 : 0;
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
    int group = goal.group(slice.tensor());
    if (!goal.wants(slice.tensor()) || goal.keep(group) == 0) {
      return new Chosen(slice.tensor(), slice.from(), new int[0]);
    }
    int threshold = thresholds[group];
    int quota = quotas[slice.tensor()][slice.from() / ScoreSlice.LENGTH];
    int[] positions = slice.atLeast(Math.max(0, threshold));
    int count = 0;
    for (int position : positions) {
      if (slice.bits(position) > threshold || quota-- > 0) {
        positions[count++] = slice.position(position);
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

  /** A slice's scores that reach the floor. */
  private record Candidates(ScoreSlice scores, boolean tooMany) implements Serializable {}

  private record Ties(int tensor, int from, int count) implements Serializable {}

  private record Chosen(int tensor, int from, int[] positions) implements Serializable {}
}
