package io.sparsetune.executor;

import io.sparsetune.mask.ScoreSlice;
import io.sparsetune.mask.SliceFunction;
import java.util.List;

/** Slices of scores in an executor; they can be looked at there, and nowhere else. */
interface LocatedScores {
  /** The function's results for the slices. */
  <R> List<R> map(SliceFunction<R> function);

  /** One slice that is there. */
  record OneSlice(ScoreSlice slice) implements LocatedScores {
    @Override
    public <R> List<R> map(SliceFunction<R> function) {
      return List.of(function.apply(slice));
    }
  }
}
