package io.sparsetune.bench;

import java.util.Arrays;
import java.util.List;

/** Durations of repeated runs, in milliseconds. */
record Timing(double[] sortedMillis) {

  /** Runs for {@code warmUpSeconds} unmeasured, then for {@code seconds}, at least three times. */
  static Timing of(Runnable run, double warmUpSeconds, double seconds) {
    long start = System.nanoTime();
    do {
      run.run();
    } while ((System.nanoTime() - start) / 1e9 < warmUpSeconds);
    double[] millis = new double[1 << 16];
    int count = 0;
    start = System.nanoTime();
    while (count < 3 || (count < millis.length && (System.nanoTime() - start) / 1e9 < seconds)) {
      long begin = System.nanoTime();
      run.run();
      millis[count++] = (System.nanoTime() - begin) / 1e6;
    }
    double[] sorted = Arrays.copyOf(millis, count);
    Arrays.sort(sorted);
    return new Timing(sorted);
  }

  double median() {
    return median(sortedMillis);
  }

  double min() {
    return sortedMillis[0];
  }

  int count() {
    return sortedMillis.length;
  }

  static double median(List<Double> values) {
    return median(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }
}
