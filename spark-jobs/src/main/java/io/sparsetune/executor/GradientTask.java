package io.sparsetune.executor;

import io.sparsetune.batch.EpochPlan;
import io.sparsetune.batch.Shard;
import io.sparsetune.mask.Mask;
import io.sparsetune.sums.GradientSum;
import io.sparsetune.work.ShardWork;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.broadcast.Broadcast;

/** One task of a sparse step: its shards' micro-batches through the model at the step's values. */
record GradientTask(
    Broadcast<TaskModel> model,
    Broadcast<EpochPlan> plan,
    Broadcast<Mask> trained,
    Broadcast<SentValues> values,
    long sequence,
    long step,
    int threads)
    implements PartitionFunction.Work<Shard, Outcome<GradientSum>> {

  @Override
  public Outcome<GradientSum> of(Iterator<Shard> shards) {
    List<Shard> all = new ArrayList<>();
    shards.forEachRemaining(all::add);
    return Outcome.of(
        () ->
            TaskWork.<Shard, GradientSum>share(
                    threads,
                    all,
                    () -> model.value().lease(sequence, trained.value(), values.value().values()),
                    () -> new GradientSum(trained.value().size()),
                    (worker, shard, into) ->
                        ShardWork.gradient(worker, plan.value(), shard, step, into))
                .map(GradientTask::total));
  }

  /** The sum of all; the first of them holds it. */
  static GradientSum total(List<GradientSum> parts) {
    GradientSum total = parts.get(0);
    parts.subList(1, parts.size()).forEach(total::merge);
    return total;
  }
}
