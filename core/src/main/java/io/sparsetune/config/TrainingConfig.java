package io.sparsetune.config;

import io.sparsetune.model.Precision;
import io.sparsetune.optim.LearningRate;
import io.sparsetune.optim.LearningRate.Schedule;
import io.sparsetune.optim.OptimizerRecipe;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * Hugging Face's names, in camel case.
 *
 * @param maxSteps overrides {@code epochs} where present
 * @param warmupSteps overrides {@code warmupRatio} where present
 * @param maxGradNorm empty: no clipping
 * @param evalSteps empty: once an epoch; 0 is not allowed
 * @param patience evaluations since the best before stopping early; empty: never
 */
public record TrainingConfig(
    double learningRate,
    double epochs,
    OptionalInt maxSteps,
    int batchSize,
    int microBatchSize,
    int evalBatchSize,
    OptimizerRecipe optimizer,
    Schedule schedule,
    double warmupRatio,
    OptionalInt warmupSteps,
    OptionalDouble maxGradNorm,
    OptionalInt evalSteps,
    int loggingSteps,
    boolean loadBestModelAtEnd,
    OptionalInt patience,
    Saving saving,
    long seed,
    Precision precision) {

  /**
   * How often a training's state is saved; touches no bit of the result.
   *
   * @param seconds between saves of a state of the mask's size; 0: after every step
   * @param denseSeconds the same for a state of the model's size
   */
  public record Saving(int seconds, int denseSeconds) {
    public static final Saving DEFAULT = new Saving(60, 600);
  }

  /** V, micro-batches in a global batch, one from each shard. */
  public int shards() {
    return batchSize / microBatchSize;
  }

  /** The learning rate of each step of a training of that many. */
  public LearningRate learningRate(int steps) {
    int warmup =
        warmupSteps.orElseGet(
            () ->
                BigDecimal.valueOf(warmupRatio)
                    .multiply(BigDecimal.valueOf(steps))
                    .setScale(0, RoundingMode.CEILING)
                    .intValueExact());
    return new LearningRate(schedule, learningRate, warmup, steps);
  }
}
