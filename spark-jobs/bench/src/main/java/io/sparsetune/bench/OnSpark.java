package io.sparsetune.bench;

import io.sparsetune.cluster.SparkSessions;
import io.sparsetune.executor.ShippedModel;
import io.sparsetune.executor.SparkData;
import io.sparsetune.executor.SparkStepExecutor;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.train.StepExecutor;
import java.io.IOException;
import java.util.Map;
import java.util.function.Function;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** Training's own executor on {@code local[cores]}, for a model that exists only to be measured. */
final class OnSpark {
  private static final long SEED = 1;

  private OnSpark() {}

  static SparkSession open(int cores) {
    System.setProperty("spark.master", "local[" + cores + "]");
    return SparkSessions.open("bench");
  }

  /**
   * @param shards of {@link TinyModel}'s data
   * @param tasks of a step, which share them
   */
  static Timing time(
      ModelSpec spec,
      float[] theta,
      int shards,
      int tasks,
      int cores,
      Function<StepExecutor, Timing> work)
      throws IOException {
    SparkSession session = open(cores);
    try (JavaSparkContext context = new JavaSparkContext(session.sparkContext());
        TemporaryFolder folder = new TemporaryFolder()) {
      ModelFolder.write(spec, theta, folder.path());
      SparkData data =
          new SparkData(
              context.parallelize(TinyModel.shards(shards), tasks).cache(),
              TinyModel.plan(shards),
              TinyModel.STEPS,
              Map.of(),
              8,
              Long.MAX_VALUE);
      ShippedModel model = ShippedModel.ship(session, folder.path().toString());
      try (StepExecutor executor = new SparkStepExecutor(session, model, spec, SEED, data)) {
        return work.apply(executor);
      }
    }
  }
}
