package io.sparsetune.executor;

import io.sparsetune.mask.Histogram;
import io.sparsetune.mask.ScoreSlice;
import io.sparsetune.mask.ScoreSource;
import io.sparsetune.mask.SliceFunction;
import io.sparsetune.work.LocalThreads;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
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
    return onEachThread(
        threads,
        () -> {
          Histogram[] all = {Histogram.EMPTY};
          forEach(some, scores -> all[0] = all[0].merge(Histogram.merge(scores.map(function))));
          return all[0];
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
        onEachThread(
            threads,
            () -> {
              List<R> own = new ArrayList<>();
              forEach(some, scores -> own.addAll(scores.map(function)));
              return own;
            });
    return all.stream().flatMap(List::stream).toList();
  }

  private int threads() {
    return model.threadsOfEach(slices.getNumPartitions());
  }

  private static <A> List<A> onEachThread(int threads, Callable<A> work) {
    try (LocalThreads pool = new LocalThreads(threads)) {
      return pool.onEach(work);
    }
  }

  /** Those that no other thread has taken. */
  private static void forEach(Iterator<LocatedScores> some, Consumer<LocatedScores> work) {
    for (LocatedScores scores = next(some); scores != null; scores = next(some)) {
      work.accept(scores);
    }
  }

  /** Null at the end. */
  private static LocatedScores next(Iterator<LocatedScores> some) {
    synchronized (some) {
      return some.hasNext() ? some.next() : null;
    }
  }
}
