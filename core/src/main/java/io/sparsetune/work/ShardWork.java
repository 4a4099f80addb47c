package io.sparsetune.work;

import io.sparsetune.batch.EpochPlan;
import io.sparsetune.batch.MicroBatch;
import io.sparsetune.batch.Shard;
import io.sparsetune.engine.EngineWorker;
import io.sparsetune.method.ScoreRound;
import io.sparsetune.random.Randomness;
import io.sparsetune.random.Randomness.Purpose;
import io.sparsetune.sums.DenseGradientSink;
import io.sparsetune.sums.GradientSum;
import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** One shard's part of what a {@code StepExecutor} is asked for: the same wherever it runs. */
public final class ShardWork {
  private ShardWork() {}

  /**
   * Adds the shard's micro-batch of a step, if it has one.
   *
   * @param step global step from 0: chooses the micro-batch and the dropout
   */
  public static void gradient(
      EngineWorker worker, EpochPlan plan, Shard shard, long step, GradientSum into) {
    int[] examples = plan.microBatch(shard, step);
    if (examples.length > 0) {
      MicroBatch batch = shard.gather(examples);
      long dropout = Randomness.key(plan.seed(), Purpose.DROPOUT, step, shard.index());
      worker.gradient(batch, dropout, into);
      into.addTokens(batch.tokens());
    }
  }

  /**
   * Adds the shard's gradients of all steps of a score round.
   *
   * @param done hears the number of examples of each micro-batch when it is added
   */
  public static void scores(
      EngineWorker worker,
      EpochPlan plan,
      Shard shard,
      ScoreRound round,
      DenseGradientSink into,
      IntConsumer done) {
    for (int step = 0; step < round.steps(); step++) {
      int[] examples = examples(plan, shard, round, step);
      if (round.kind() == ScoreRound.Kind.EXAMPLE_SQUARES) {
        for (int i = 0; i < examples.length; i++) {
          long dropout = scoreDropout(plan, shard, round, step, i);
          worker.denseGradient(shard.gather(examples[i]), dropout, into);
        }
      } else if (examples.length > 0) {
        batchPart(plan, shard, round, step, examples).add(worker, into);
      }
      done.accept(examples.length);
    }
  }

  /** The shard's part of a batch of a score round; without examples where it has none. */
  public static BatchPart batchPart(EpochPlan plan, Shard shard, ScoreRound round, int step) {
    return batchPart(plan, shard, round, step, examples(plan, shard, round, step));
  }

  private static BatchPart batchPart(
      EpochPlan plan, Shard shard, ScoreRound round, int step, int[] examples) {
    long dropout = scoreDropout(plan, shard, round, step, 0);
    return new BatchPart(step, shard.gather(examples), dropout);
  }

  private static int[] examples(EpochPlan plan, Shard shard, ScoreRound round, int step) {
    int[] all = plan.microBatch(shard, step);
    return Arrays.copyOf(all, round.examplesOf(plan, shard.index(), step));
  }

  private static long scoreDropout(
      EpochPlan plan, Shard shard, ScoreRound round, int step, int part) {
    return round.dropout()
        ? Randomness.key(plan.seed(), Purpose.SCORE_DROPOUT, step, shard.index(), part)
        : EngineWorker.NO_DROPOUT;
  }

  /**
   * Logits [examples × outputs] of a shard, example by example in its own order.
   *
   * @param batchSize examples pushed through at once; touches no bit of the result
   */
  public static float[] logits(EngineWorker worker, Shard shard, int batchSize, int outputs) {
    float[] logits = new float[Math.multiplyExact(shard.size(), outputs)];
    for (int from = 0; from < shard.size(); from += batchSize) {
      int to = Math.min(shard.size(), from + batchSize);
      float[] part = worker.logits(shard.gather(IntStream.range(from, to).toArray()));
      System.arraycopy(part, 0, logits, from * outputs, part.length);
    }
    return logits;
  }
}
