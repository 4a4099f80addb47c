package io.sparsetune.executor;

import io.sparsetune.mask.Histogram;
import io.sparsetune.mask.ScoreSlice;
import io.sparsetune.mask.ScoreSource;
import io.sparsetune.mask.SliceFunction;
import io.sparsetune.work.LocalThreads;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.api.java.JavaRDD;

/** Scores that stay on the executors; each question to them is one small job. */
final class SparkScores implements ScoreSource {
  private final RunModel model;
  private final JavaRDD<LocatedScores> slices;

  SparkScores(RunModel model, JavaRDD<LocatedScores> slices) {
    this.model = model;
    this.slices = slices;
  }

  static SparkScores of(RunModel model, JavaRDD<ScoreSlice> slices) {
    return new SparkScores(model, slices.map(LocatedScores.OneSlice::new));
  }

  @Override
  public Histogram histogram(SliceFunction<Histogram> function) {
    int threads = threads();
    JavaRDD<LocatedScores> all = slices;
    return model.job(
        "top-k: histogram",
        () ->
            all.mapPartitions(some -> histograms(threads, some, function).iterator())
                .treeAggregate(Histogram.EMPTY, Histogram::merge, Histogram::merge));
  }

  private static List<Histogram> histograms(
      int threads, Iterator<LocatedScores> some, SliceFunction<Histogram> function) {
    return share(
        threads,
        some,
        own -> {
          Histogram all = Histogram.EMPTY;
          while (own.hasNext()) {
            all = all.merge(Histogram.merge(own.next().map(function)));
          }
          return all;
        });
  }

  @Override
  public <R> List<R> map(SliceFunction<R> function) {
    int threads = threads();
    JavaRDD<LocatedScores> all = slices;
    return model.job(
        "top-k: positions",
        () -> all.mapPartitions(some -> results(threads, some, function).iterator()).collect());
  }

  private static <R> List<R> results(
      int threads, Iterator<LocatedScores> some, SliceFunction<R> function) {
    List<List<R>> all =
        share(
            threads,
            some,
            own -> {
              List<R> ofThread = new ArrayList<>();
              own.forEachRemaining(scores -> ofThread.addAll(scores.map(function)));
              return ofThread;
            });
    return all.stream().flatMap(List::stream).toList();
  }

  private int threads() {
    return model.threadsOfEach(slices.getNumPartitions());
  }

  private static <A> List<A> share(
      int threads, Iterator<LocatedScores> some, Function<Iterator<LocatedScores>, A> work) {
    try (LocalThreads pool = new LocalThreads(threads)) {
      return pool.share(some, work);
    }
  }
}
