package io.sparsetune.local;

import io.sparsetune.batch.EpochPlan;
import io.sparsetune.batch.Shard;
import java.util.List;
import java.util.Map;

/**
 * Data sets in memory.
 *
 * @param train V shards in the order of their indices
 * @param plan of the training data
 * @param evaluation "validation" and "test", each as one shard in rank order; either may be missing
 * @param evalBatchSize examples of an evaluation that are pushed through at once
 */
public record LocalData(
    List<Shard> train, EpochPlan plan, Map<String, Shard> evaluation, int evalBatchSize) {

  public LocalData {
    train = List.copyOf(train);
    evaluation = Map.copyOf(evaluation);
    if (train.size() != plan.shards()) {
      throw new IllegalArgumentException(
          "Invalid data: %d shards for a plan of %d".formatted(train.size(), plan.shards()));
    }
  }
}
