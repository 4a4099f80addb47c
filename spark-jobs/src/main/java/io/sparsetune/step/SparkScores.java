package io.sparsetune.step;

import io.sparsetune.mask.Histogram;
import io.sparsetune.mask.ScoreSlice;
import io.sparsetune.mask.ScoreSource;
import io.sparsetune.mask.SliceFunction;
import java.util.List;
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
    JavaRDD<LocatedScores> all = slices;
    return model.job(
        "top-k: histogram",
        () ->
            all.map(scores -> Histogram.merge(scores.map(function)))
                .treeAggregate(Histogram.EMPTY, Histogram::merge, Histogram::merge));
  }

  @Override
  public <R> List<R> map(SliceFunction<R> function) {
    JavaRDD<LocatedScores> all = slices;
    return model.job(
        "top-k: positions", () -> all.flatMap(scores -> scores.map(function).iterator()).collect());
  }
}
