package io.sparsetune.engine;

import io.sparsetune.mask.ScoreSlice;
import io.sparsetune.params.ParameterLayout;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.IntPredicate;

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
  private final long[][] sums;
  private final Object[][] locks;

  private ScoreSum(WantedTensors tensors, double[] units, boolean squares) {
    this.tensors = tensors;
    this.units = units;
    this.squares = squares;
    this.sums = new long[tensors.count()][];
    this.locks = new Object[tensors.count()][];
    for (int t = 0; t < sums.length; t++) {
      sums[t] = new long[tensors.wants(t) ? tensors.size(t) : 0];
      locks[t] = new Object[sliceCount(sums[t].length)];
      Arrays.setAll(locks[t], i -> new Object());
    }
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

  /** Memory in bytes of the sums over those tensors. */
  public static long bytes(ParameterLayout layout, IntPredicate wants) {
    long parameters = 0;
    for (int t = 0; t < layout.tensorCount(); t++) {
      parameters += wants.test(t) ? layout.tensor(t).size() : 0;
    }
    return parameters * Long.BYTES;
  }

  @Override
  public boolean wants(int tensor) {
    return tensors.wants(tensor);
  }

  @Override
  public void add(int tensor, float[] gradient, int offset, int examples) {
    for (int s = 0; s < locks[tensor].length; s++) {
      int from = s * ScoreSlice.LENGTH;
      int count = Math.min(ScoreSlice.LENGTH, sums[tensor].length - from);
      synchronized (locks[tensor][s]) {
        if (squares) {
          addSquares(tensor, from, gradient, offset + from, count, examples);
        } else {
          String what = tensors.gradientOf(tensor);
          FixedPoint.addAll(gradient, offset + from, sums[tensor], from, count, what);
        }
      }
    }
  }

  private void addSquares(
      int tensor, int into, float[] gradient, int from, int count, int examples) {
    double perUnit = 1 / units[tensor];
    long[] sum = sums[tensor];
    for (int i = 0; i < count; i++) {
      double mean = (double) gradient[from + i] / examples;
      double scaled = mean * mean * perUnit;
      if (!(scaled < SQUARE_LIMIT)) {
        throw tensors.outOfRange(tensor, gradient[from + i]);
      }
      sum[into + i] += (long) Math.rint(scaled);
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
      for (long sum : sums[t]) {
        double g = sum * units[t];
        squares += g * g;
      }
    }
    return squares;
  }

  /** Adds the other's sums times a factor, of the tensors that this one wants. */
  void addScaled(ScoreSum other, double factor) {
    for (int t = 0; t < sums.length; t++) {
      String what = tensors.gradientOf(t);
      for (int i = 0; i < sums[t].length; i++) {
        double g = other.sums[t][i] * other.units[t] * factor;
        sums[t][i] = FixedPoint.sum(sums[t][i], FixedPoint.of(g, units[t], what), what);
      }
    }
  }

  /** Back to zero. */
  void clear() {
    for (long[] sum : sums) {
      Arrays.fill(sum, 0);
    }
  }

  /** The sums in slices, each a copy made when it is asked for. Not while adding. */
  public Iterator<SumSlice> slices() {
    return new Iterator<>() {
      private int tensor = firstWanted(0);
      private int from;

      @Override
      public boolean hasNext() {
        return tensor < sums.length;
      }

      @Override
      public SumSlice next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        int end = Math.min(from + ScoreSlice.LENGTH, sums[tensor].length);
        SumSlice slice =
            new SumSlice(tensor, from, units[tensor], Arrays.copyOfRange(sums[tensor], from, end));
        from = end;
        if (from == sums[tensor].length) {
          tensor = firstWanted(tensor + 1);
          from = 0;
        }
        return slice;
      }
    };
  }

  private int firstWanted(int tensor) {
    int t = tensor;
    while (t < sums.length && sums[t].length == 0) {
      t++;
    }
    return t;
  }

  private static int sliceCount(int length) {
    return (length + ScoreSlice.LENGTH - 1) / ScoreSlice.LENGTH;
  }
}
