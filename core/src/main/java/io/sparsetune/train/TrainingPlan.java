package io.sparsetune.train;

import io.sparsetune.config.RunConfig;
import io.sparsetune.config.TrainingConfig;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.text.EpochPlan;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * How a run goes through its data.
 *
 * @param epochs which examples come at which step
 * @param steps all steps; early stopping may end sooner
 * @param evalSteps steps from one evaluation to the next
 */
public record TrainingPlan(EpochPlan epochs, int steps, int evalSteps) {

  /**
   * @param examples in the training data
   * @throws DataException when there are none
   * @throws ConfigException when the steps, or a shard's examples, are more than can be counted
   */
  public static TrainingPlan of(RunConfig config, long examples) {
    if (examples == 0) {
      throw new DataException("The training data has no examples");
    }
    TrainingConfig training = config.training();
    int shards = training.batchSize() / training.microBatchSize();
    if (examples / shards >= Integer.MAX_VALUE) {
      throw new ConfigException(
          "Invalid training.batch_size: %,d examples in %d shards (batch_size / micro_batch_size) are more than %,d a shard; use a larger one"
              .formatted(examples, shards, Integer.MAX_VALUE));
    }
    EpochPlan epochs =
        new EpochPlan(
            examples,
            shards,
            training.microBatchSize(),
            config.data().lengthWindow(),
            training.seed());
    int steps = training.maxSteps().orElseGet(() -> steps(training.epochs(), epochs));
    return new TrainingPlan(epochs, steps, training.evalSteps().orElse(epochs.stepsPerEpoch()));
  }

  private static int steps(double epochs, EpochPlan plan) {
    BigDecimal steps =
        BigDecimal.valueOf(epochs)
            .multiply(BigDecimal.valueOf(plan.stepsPerEpoch()))
            .setScale(0, RoundingMode.CEILING);
    if (steps.compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) > 0) {
      throw new ConfigException(
          "Invalid training.num_train_epochs: %s epochs of %,d steps are more than %,d steps; use fewer epochs, or training.max_steps"
              .formatted(epochs, plan.stepsPerEpoch(), Integer.MAX_VALUE));
    }
    return steps.intValueExact();
  }

  /** Epochs done after that many steps. */
  public double epoch(int steps) {
    return (double) steps / epochs.stepsPerEpoch();
  }

  /** Whether an evaluation follows after that many steps: regularly, and at the end. */
  boolean evaluatesAfter(int stepsDone) {
    return stepsDone % evalSteps == 0 || stepsDone == steps;
  }
}
