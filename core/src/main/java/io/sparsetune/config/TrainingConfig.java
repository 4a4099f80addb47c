package io.sparsetune.config;

import java.util.List;
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
    Optimizer optimizer,
    double adamBeta1,
    double adamBeta2,
    double adamEpsilon,
    double momentum,
    double weightDecay,
    List<String> noDecay,
    Schedule schedule,
    double warmupRatio,
    OptionalInt warmupSteps,
    OptionalDouble maxGradNorm,
    OptionalInt evalSteps,
    int loggingSteps,
    boolean loadBestModelAtEnd,
    OptionalInt patience,
    long seed) {

  public enum Optimizer {
    ADAMW,
    SGD
  }

  public enum Schedule {
    LINEAR,
    COSINE,
    CONSTANT
  }
}
