package io.sparsetune.executor;

import io.sparsetune.batch.EpochPlan;
import io.sparsetune.batch.Shard;
import io.sparsetune.data.EvaluationData;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;

/**
 * Data sets on the executors.
 *
 * @param train V shards
 * @param plan of the training data
 * @param steps of the training
 * @param evaluation "validation" and "test"; either may be missing
 * @param evalBatchSize examples of an evaluation that are pushed through at once
 * @param scoresAtOnce parameters whose scores a task may sum in one pass over the data; touches no
 *     bit of the result
 */
public record SparkData(
    JavaRDD<Shard> train,
    EpochPlan plan,
    int steps,
    Map<String, EvaluationData> evaluation,
    int evalBatchSize,
    long scoresAtOnce) {

  public SparkData {
    evaluation = Map.copyOf(evaluation);
  }
}
