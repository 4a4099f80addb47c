package io.sparsetune.executor;

import io.sparsetune.batch.Shard;
import io.sparsetune.data.EvaluationData;
import io.sparsetune.data.RankedBlock;
import io.sparsetune.mask.Mask;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.task.Predictions;
import io.sparsetune.work.ShardWork;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;

/** Runs a model over data sets on the executors. For one thread. */
public final class SparkEvaluator implements AutoCloseable {
  private final RunModel model;
  private final int batchSize;

  /**
   * @param seed of the head's initialisation
   * @param batchSize examples pushed through at once; touches no bit of the result
   */
  public SparkEvaluator(
      SparkSession session, ShippedModel base, ModelSpec spec, long seed, int batchSize) {
    this(new RunModel(session, base, spec, seed), batchSize);
  }

  SparkEvaluator(RunModel model, int batchSize) {
    this.model = model;
    this.batchSize = batchSize;
  }

  /**
   * Outputs for every example, in rank order.
   *
   * @param sequence higher than in earlier calls
   * @param values [trained.size()]
   */
  public Predictions evaluate(long sequence, EvaluationData data, Mask trained, float[] values) {
    Broadcast<TaskModel> shared = model.shared();
    Broadcast<Mask> mask = model.share(trained);
    Broadcast<SentValues> sent = model.context().broadcast(new SentValues(values));
    int threads = model.threadsOfEach(data.blocks().getNumPartitions());
    int batch = batchSize;
    try {
      List<Outcome<ArrayList<Scored>>> outcomes =
          model.job(
              "evaluation of " + data.name(),
              () ->
                  data.blocks()
                      .mapPartitions(
                          blocks -> score(blocks, shared, mask, sent, sequence, threads, batch))
                      .collect());
      return predictions(outcomes);
    } finally {
      Broadcasts.destroy(sent);
    }
  }

  private Predictions predictions(List<Outcome<ArrayList<Scored>>> outcomes) {
    List<Scored> blocks = new ArrayList<>();
    Outcome.values(outcomes).forEach(blocks::addAll);
    blocks.sort(Comparator.comparingLong(Scored::firstRank));
    int outputs = model.spec().outputs();
    int examples = blocks.stream().mapToInt(block -> block.targets.length).sum();
    float[] logits = new float[Math.multiplyExact(examples, outputs)];
    float[] targets = new float[examples];
    int next = 0;
    for (Scored block : blocks) {
      System.arraycopy(block.logits, 0, logits, next * outputs, block.logits.length);
      System.arraycopy(block.targets, 0, targets, next, block.targets.length);
      next += block.targets.length;
    }
    return new Predictions(outputs, logits, targets);
  }

  private static Iterator<Outcome<ArrayList<Scored>>> score(
      Iterator<RankedBlock> blocks,
      Broadcast<TaskModel> shared,
      Broadcast<Mask> mask,
      Broadcast<SentValues> values,
      long sequence,
      int threads,
      int batchSize) {
    List<RankedBlock> all = new ArrayList<>();
    blocks.forEachRemaining(all::add);
    TaskModel model = shared.value();
    int outputs = model.spec().outputs();
    Outcome<ArrayList<Scored>> outcome =
        Outcome.of(
            () ->
                TaskWork.<RankedBlock, ArrayList<Scored>>share(
                        threads,
                        all,
                        () -> model.lease(sequence, mask.value(), values.value().values()),
                        ArrayList::new,
                        (worker, block, into) -> {
                          Shard examples = block.examples();
                          float[] logits = ShardWork.logits(worker, examples, batchSize, outputs);
                          into.add(new Scored(block.firstRank(), logits, examples.targets()));
                        })
                    .map(SparkEvaluator::joined));
    return List.of(outcome).iterator();
  }

  private static ArrayList<Scored> joined(List<ArrayList<Scored>> parts) {
    ArrayList<Scored> all = new ArrayList<>();
    parts.forEach(all::addAll);
    return all;
  }

  @Override
  public void close() {
    model.close();
  }

  private record Scored(long firstRank, float[] logits, float[] targets) implements Serializable {}
}
