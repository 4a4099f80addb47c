package io.sparsetune.method;

import io.sparsetune.batch.EpochPlan;
import io.sparsetune.keys.Key;
import java.io.Serializable;

/**
 * Gradients to be summed at θ⁰ over the first steps of the training plan.
 *
 * @param kind what is summed
 * @param steps global batches; where they exceed an epoch the next epoch's plan follows
 * @param examples at most so many, in the plan's order
 * @param dropout whether dropout is on
 * @param maxNorm of {@link Kind#CLIPPED_GRADIENTS}: what a batch's mean gradient is clipped to
 */
public record ScoreRound(Kind kind, int steps, long examples, boolean dropout, double maxNorm)
    implements Serializable {

  private static final int DEFAULT_STEPS = 600;

  /** How many global batches to score. */
  public static final Key<Integer> STEPS =
      Key.count("method.score_steps", 1)
          .absentMeans(DEFAULT_STEPS + ", at most one epoch")
          .note("batches that sam and fisher by batch score");

  /** Whether dropout is on while scoring. */
  public static final Key<Boolean> DROPOUT = Key.flag("method.scoring_dropout").withDefault(false);

  /** The norm that each batch's gradient is clipped to before it is summed. */
  public static final Key<Double> CLIP =
      Key.number("method.scoring_clip", "a number above 0", v -> v > 0)
          .absentMeans("none")
          .note("sam: clips the whole gradient of each batch that is scored, as the paper's code");

  /** The sums of a score round. */
  public enum Kind {
    /** Σ g over examples; the score is its magnitude. */
    GRADIENTS,
    /** Σ over batches of the mean gradient, clipped by the norm of the whole model's. */
    CLIPPED_GRADIENTS,
    /** Σ over micro-batches of the square of the mean gradient. */
    BATCH_SQUARES,
    /** Σ over examples of g². */
    EXAMPLE_SQUARES
  }

  public ScoreRound {
    if (steps <= 0 || examples <= 0) {
      throw new IllegalArgumentException("Invalid score round: it has no examples");
    }
  }

  /** Whether units have to be found first, by a pass of their own. */
  public boolean ofSquares() {
    return kind == Kind.BATCH_SQUARES || kind == Kind.EXAMPLE_SQUARES;
  }

  /** Whether a batch has to be whole before it is summed. */
  public boolean ofWholeBatches() {
    return kind == Kind.CLIPPED_GRADIENTS;
  }

  /** Examples that it takes through the model, all passes counted. */
  public long work(EpochPlan plan) {
    return (ofSquares() ? 2 : 1) * Math.min(examples, plan.examplesBefore(steps));
  }

  /** A round of as many steps as the configuration asks for. */
  public static ScoreRound ofSteps(Kind kind, MethodOptions options, EpochPlan plan) {
    int steps = options.find(STEPS).orElse(Math.min(DEFAULT_STEPS, plan.stepsPerEpoch()));
    double maxNorm = options.find(CLIP).orElse(Double.POSITIVE_INFINITY);
    return new ScoreRound(kind, steps, Long.MAX_VALUE, options.get(DROPOUT), maxNorm);
  }

  /** How many of the examples of shard {@code shard}'s micro-batch of that step take part. */
  public int examplesOf(EpochPlan plan, int shard, int step) {
    int size = plan.microBatchSize(shard, step);
    if (examples == Long.MAX_VALUE) {
      return size;
    }
    return (int) Math.max(0, Math.min(size, examples - plan.examplesBefore(step, shard)));
  }
}
