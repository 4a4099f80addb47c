package io.sparsetune.executor;

import io.sparsetune.batch.EpochPlan;
import io.sparsetune.batch.Shard;
import io.sparsetune.cluster.TaskMemoryException;
import io.sparsetune.mask.TopKGoal;
import io.sparsetune.method.ScoreRound;
import io.sparsetune.sums.ClippedSum;
import io.sparsetune.sums.ScoreSum;
import io.sparsetune.work.BatchPart;
import io.sparsetune.work.ShardWork;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;

/**
 * Sums of clipped batch gradients. A batch's norm is known where all of its gradient is, so the
 * round's batches are dealt whole to the tasks: what is shuffled first is their tokens.
 */
record ClippedScores(
    Broadcast<TaskModel> model,
    Broadcast<EpochPlan> plan,
    long sequence,
    int threads,
    TopKGoal goal,
    ScoreRound round,
    LongAccumulator done)
    implements Serializable {

  /** One for each partition of the shards. */
  JavaRDD<Outcome<ScoreSum>> sums(JavaRDD<Shard> shards) {
    return shards
        .flatMap(this::parts)
        .keyBy(BatchPart::step)
        .groupByKey(shards.getNumPartitions())
        .values()
        .mapPartitions(batches -> List.of(sum(batches)).iterator());
  }

  private Iterator<BatchPart> parts(Shard shard) {
    List<BatchPart> parts = new ArrayList<>();
    for (int step = 0; step < round.steps(); step++) {
      parts.add(ShardWork.batchPart(plan.value(), shard, round, step));
    }
    return parts.iterator();
  }

  private Outcome<ScoreSum> sum(Iterator<Iterable<BatchPart>> batches) {
    ClippedSum clipped =
        TaskMemoryException.insteadOfError(
            () -> new ClippedSum(model.value().spec().layout(), goal::wants, round.maxNorm()));
    return Outcome.of(
        () -> {
          while (batches.hasNext()) {
            List<BatchPart> batch = new ArrayList<>();
            batches.next().forEach(batch::add);
            if (!add(batch, clipped)) {
              return Optional.empty();
            }
            clipped.endBatch();
          }
          return Optional.of(clipped.sums());
        });
  }

  private boolean add(List<BatchPart> batch, ClippedSum into) {
    return TaskWork.<BatchPart, ClippedSum>share(
            threads,
            batch,
            () -> model.value().leaseAtStart(sequence),
            () -> into,
            (worker, part, sum) -> {
              part.add(worker, sum);
              ScoreRounds.add(done, part.batch().examples());
            })
        .isPresent();
  }
}
