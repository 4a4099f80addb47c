package io.sparsetune.mask;

import java.util.List;

/**
 * Scores of a model's parameters, cut in slices that stay where they are: in this process, or on
 * executors. Slices cover the wanted tensors once; their order does not matter. A source gives the
 * same scores however often it is asked.
 */
public interface ScoreSource {
  /** The function's histograms of all slices, merged. */
  Histogram histogram(SliceFunction<Histogram> function);

  /** The function's results for all slices, in any order. */
  <R> List<R> map(SliceFunction<R> function);

  /** No scores at all: for methods that look at none. */
  static ScoreSource none() {
    return new ScoreSource() {
      @Override
      public Histogram histogram(SliceFunction<Histogram> function) {
        return Histogram.EMPTY;
      }

      @Override
      public <R> List<R> map(SliceFunction<R> function) {
        return List.of();
      }
    };
  }
}
