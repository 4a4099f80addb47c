package io.sparsetune.task;

import java.util.stream.IntStream;

/**
 * Correlations of two series of equal length; 0 where one of them is constant or both are empty.
 */
final class Correlation {
  private Correlation() {}

  static double pearson(double[] a, double[] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(
          "Invalid predictions: " + b.length + " for " + a.length + " values");
    }
    double meanA = mean(a);
    double meanB = mean(b);
    double together = 0;
    double squaresA = 0;
    double squaresB = 0;
    for (int i = 0; i < a.length; i++) {
      double x = a[i] - meanA;
      double y = b[i] - meanB;
      together += x * y;
      squaresA += x * x;
      squaresB += y * y;
    }
    double spread = Math.sqrt(squaresA * squaresB);
    return spread == 0 || constant(a) || constant(b)
        ? 0
        : Math.max(-1, Math.min(1, together / spread));
  }

  /** Pearson's correlation of ranks; equal values share the mean of their ranks. */
  static double spearman(double[] a, double[] b) {
    return pearson(ranks(a), ranks(b));
  }

  private static double[] ranks(double[] values) {
    int[] order =
        IntStream.range(0, values.length)
            .boxed()
            .sorted((i, j) -> Double.compare(values[i], values[j]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] ranks = new double[values.length];
    int from = 0;
    while (from < order.length) {
      int to = from + 1;
      while (to < order.length && values[order[to]] == values[order[from]]) {
        to++;
      }
      for (int i = from; i < to; i++) {
        ranks[order[i]] = (from + 1 + to) / 2.0;
      }
      from = to;
    }
    return ranks;
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return values.length == 0 ? 0 : sum / values.length;
  }

  private static boolean constant(double[] values) {
    for (double value : values) {
      if (value != values[0]) {
        return false;
      }
    }
    return true;
  }
}
