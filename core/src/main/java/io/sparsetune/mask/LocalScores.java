package io.sparsetune.mask;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Scores in this process, made slice by slice whenever they are asked for. */
public final class LocalScores implements ScoreSource {
  private final Supplier<Stream<ScoreSlice>> slices;

  public LocalScores(Supplier<Stream<ScoreSlice>> slices) {
    this.slices = slices;
  }

  @Override
  public Histogram histogram(SliceFunction<Histogram> function) {
    return Histogram.merge(slices.get().map(function::apply).toList());
  }

  @Override
  public <R> List<R> map(SliceFunction<R> function) {
    return slices.get().<R>map(function::apply).toList();
  }
}
