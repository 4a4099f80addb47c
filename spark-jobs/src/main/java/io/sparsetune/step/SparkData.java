package io.sparsetune.step;

import io.sparsetune.data.EvaluationData;
import io.sparsetune.text.EpochPlan;
import io.sparsetune.text.Shard;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;

/**
 * Data sets on the executors.
 *
 * @param train V shards
 * @param plan of the training data
 * @param evaluation "validation" and "test"; either may be missing
 * @param evalBatchSize examples of an evaluation that are pushed through at once
 */
public record SparkData(
    JavaRDD<Shard> train,
    EpochPlan plan,
    Map<String, EvaluationData> evaluation,
    int evalBatchSize) {

  public SparkData {
    evaluation = Map.copyOf(evaluation);
  }
}
