package io.sparsetune.sums;

import io.sparsetune.mask.ScoreSlice;
import io.sparsetune.params.ParameterLayout;
import java.util.Arrays;
import java.util.Iterator;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A score round's sums over micro-batches of whole tensors' gradients g, exact and in any order:
 * signed (Σ g, the unit is 2⁻⁴⁰), or of squares (Σ (g / examples)², a unit for each tensor). Holds
 * 8 bytes for each wanted parameter. Adding is thread-safe: threads that meet in a tensor take
 * turns slice by slice.
 */
public final class ScoreSum implements DenseGradientSink {
  private static final double SQUARE_LIMIT = 0x1p62;

  private final WantedTensors tensors;
  private final double[] units;
  private final boolean squares;

  /** [tensor][slice][position], each slice its own lock; none for a tensor that is not wanted. */
  private final long[][][] sums;

  private ScoreSum(WantedTensors tensors, double[] units, boolean squares) {
    this.tensors = tensors;
    this.units = units;
    this.squares = squares;
    this.sums = new long[tensors.count()][][];
    Arrays.setAll(sums, t -> slices(tensors.wants(t) ? tensors.size(t) : 0));
  }

  private static long[][] slices(int size) {
    long[][] slices = new long[(size + ScoreSlice.LENGTH - 1) / ScoreSlice.LENGTH][];
    Arrays.setAll(slices, s -> new long[Math.min(ScoreSlice.LENGTH, size - s * ScoreSlice.LENGTH)]);
    return slices;
  }

  /** Σ g. */
  public static ScoreSum signed(ParameterLayout layout, IntPredicate wants) {
    double[] units = new double[layout.tensorCount()];
    Arrays.fill(units, FixedPoint.UNIT);
    return new ScoreSum(new WantedTensors(layout, wants), units, false);
  }

  /**
   * Σ (g / examples)².
   *
   * @param units [tensors], from {@link MaxAbs#squareUnits} over the same micro-batches
   */
  public static ScoreSum ofSquares(ParameterLayout layout, IntPredicate wants, double[] units) {
    return new ScoreSum(new WantedTensors(layout, wants), units.clone(), true);
  }

  @Override
  public boolean wants(int tensor) {
    return tensors.wants(tensor);
  }

  @Override
  public void add(int tensor, float[] gradient, int offset, int examples) {
    String what = tensors.gradientOf(tensor);
    int from = offset;
    for (long[] sum : sums[tensor]) {
      synchronized (sum) {
        if (squares) {
          addSquares(tensor, sum, gradient, from, examples);
        } else {
          FixedPoint.addAll(gradient, from, sum, 0, sum.length, what);
        }
      }
      from += sum.length;
    }
  }

  private void addSquares(int tensor, long[] sum, float[] gradient, int from, int examples) {
    double perUnit = 1 / units[tensor];
    for (int i = 0; i < sum.length; i++) {
      double mean = (double) gradient[from + i] / examples;
      double scaled = mean * mean * perUnit;
      if (!(scaled < SQUARE_LIMIT)) {
        throw tensors.outOfRange(tensor, gradient[from + i]);
      }
      sum[i] += (long) Math.rint(scaled);
    }
  }

  @Override
  public void addLoss(double lossSum, int examples) {
    // Scores are of gradients alone.
  }

  /** Σ over all wanted parameters of the sum's square. Not while adding. */
  double squaredNorm() {
    double squares = 0;
    for (int t = 0; t < sums.length; t++) {
      for (long[] slice : sums[t]) {
        for (long sum : slice) {
          double g = sum * units[t];
          squares += g * g;
        }
      }
    }
    return squares;
  }

  /** Adds the other's sums times a factor, of the tensors that this one wants. */
  void addScaled(ScoreSum other, double factor) {
    for (int t = 0; t < sums.length; t++) {
      String what = tensors.gradientOf(t);
      for (int s = 0; s < sums[t].length; s++) {
        long[] sum = sums[t][s];
        long[] addends = other.sums[t][s];
        for (int i = 0; i < sum.length; i++) {
          double g = addends[i] * other.units[t] * factor;
          sum[i] = FixedPoint.sum(sum[i], FixedPoint.of(g, units[t], what), what);
        }
      }
    }
  }

  /** Back to zero. */
  void clear() {
    for (long[][] slices : sums) {
      for (long[] sum : slices) {
        Arrays.fill(sum, 0);
      }
    }
  }

  /** The sums in slices, which are not copied: for whoever adds no more. */
  public Iterator<SumSlice> slices() {
    return IntStream.range(0, sums.length).boxed().flatMap(this::slicesOf).iterator();
  }

  private Stream<SumSlice> slicesOf(int tensor) {
    return IntStream.range(0, sums[tensor].length)
        .mapToObj(s -> new SumSlice(tensor, s * ScoreSlice.LENGTH, units[tensor], sums[tensor][s]));
  }
}
