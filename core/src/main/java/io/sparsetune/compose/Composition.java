package io.sparsetune.compose;

import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.DataException;
import io.sparsetune.mask.Mask;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.pretrained.BaseModel;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Deltas of one base, composed. The result does not depend on their order.
 *
 * @param trained positions to which a delta adds something, and the head of one of them
 * @param values [trained.size()], by ordinal: new values
 * @param report how the deltas agree
 */
public record Composition(Mask trained, float[] values, ComposeReport report) {

  /**
   * Composes. Sums are taken in double, in the order of the deltas' run ids, and rounded once: a
   * position that one delta alone trains keeps that delta's value to the bit under {@link
   * Rule#ADD}.
   *
   * @param deltas of this base, at least one, whose models have the same tensors but for the head
   * @param density share of each delta's increments that {@link Rule#TIES} keeps, in (0, 1]
   * @param head whose head the result has
   * @throws DataException where a result is too large for a float
   */
  public static Composition of(
      BaseModel base, List<SparseDelta> deltas, Rule rule, double density, SparseDelta head) {
    List<Increments> parts =
        deltas.stream()
            .sorted(Comparator.comparing((SparseDelta delta) -> delta.info().runId()))
            .map(delta -> Increments.of(base, delta))
            .map(part -> rule == Rule.TIES ? part.trimmed(density) : part)
            .toList();
    ParameterLayout layout = head.layout();
    Mask.Builder mask = new Mask.Builder(layout);
    FloatList values = new FloatList();
    ReportCounts counts = new ReportCounts(parts.size());
    for (int t = 0; t < layout.tensorCount(); t++) {
      if (layout.tensor(t).part() == Part.HEAD) {
        copy(head, t, mask, values);
      } else {
        tensor(parts, rule, layout, t, mask, values, counts);
      }
    }
    return new Composition(mask.build(), values.toArray(), counts.report(parts));
  }

  private static void copy(SparseDelta head, int t, Mask.Builder mask, FloatList values) {
    Mask trained = head.trained();
    if (trained.isWhole(t)) {
      mask.whole(t);
    } else {
      mask.positions(t, trained.positions(t));
    }
    for (int q = 0; q < trained.count(t); q++) {
      values.add(head.values()[trained.firstOrdinal(t) + q]);
    }
  }

  private static void tensor(
      List<Increments> parts,
      Rule rule,
      ParameterLayout layout,
      int t,
      Mask.Builder mask,
      FloatList values,
      ReportCounts counts) {
    int[][] positions =
        parts.stream()
            .map(part -> Increments.positions(layout, part.delta().trained(), t))
            .toArray(int[][]::new);
    int[] union =
        Arrays.stream(positions).flatMapToInt(Arrays::stream).sorted().distinct().toArray();
    int[] next = new int[parts.size()];
    double[] added = new double[parts.size()];
    boolean[] here = new boolean[parts.size()];
    int[] chosen = new int[union.length];
    int size = 0;
    for (int position : union) {
      float base = 0;
      float last = 0;
      int count = 0;
      Arrays.fill(here, false);
      for (int d = 0; d < parts.size(); d++) {
        if (next[d] < positions[d].length && positions[d][next[d]] == position) {
          int ordinal = parts.get(d).delta().trained().firstOrdinal(t) + next[d]++;
          base = parts.get(d).base()[ordinal];
          added[d] = parts.get(d).added()[ordinal];
          here[d] = parts.get(d).kept()[ordinal];
          last = parts.get(d).delta().values()[ordinal];
          count++;
          counts.see(d, added[d]);
        }
      }
      counts.endPosition();
      double increment =
          switch (rule) {
            case ADD -> sum(added, here);
            case MEAN -> sum(added, here) / parts.size();
            case TIES -> elected(added, here);
          };
      if (rule != Rule.TIES || increment != 0) {
        chosen[size++] = position;
        // A difference of doubles may round away a value that is tiny beside the base's.
        float value = rule == Rule.ADD && count == 1 ? last : (float) (base + increment);
        if (!Float.isFinite(value)) {
          throw new DataException(
              "Cannot compose: at position %d of %s the result is %s, beyond what a float holds"
                  .formatted(position, layout.tensor(t).name(), value));
        }
        values.add(value);
      }
    }
    if (size == layout.tensor(t).size()) {
      mask.whole(t);
    } else {
      mask.positions(t, Arrays.copyOf(chosen, size));
    }
  }

  private static double sum(double[] added, boolean[] here) {
    double sum = 0;
    for (int d = 0; d < added.length; d++) {
      sum += here[d] ? added[d] : 0;
    }
    return sum;
  }

  /** The mean of those increments that have the sign of all kept ones' sum. */
  private static double elected(double[] added, boolean[] here) {
    double sign = Math.signum(sum(added, here));
    double sum = 0;
    int count = 0;
    for (int d = 0; d < added.length; d++) {
      if (here[d] && sign != 0 && Math.signum(added[d]) == sign) {
        sum += added[d];
        count++;
      }
    }
    return count == 0 ? 0 : sum / count;
  }
}
