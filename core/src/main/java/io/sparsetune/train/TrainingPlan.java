package io.sparsetune.train;

import io.sparsetune.config.RunConfig;
import io.sparsetune.config.TrainingConfig;
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
   */
  public static TrainingPlan of(RunConfig config, long examples) {
    if (examples == 0) {
      throw new DataException("The training data has no examples");
    }
    TrainingConfig training = config.training();
    EpochPlan epochs =
        new EpochPlan(
            examples,
            training.batchSize() / training.microBatchSize(),
            training.microBatchSize(),
            config.data().lengthWindow(),
            training.seed());
    int steps =
        training
            .maxSteps()
            .orElseGet(
                () ->
                    BigDecimal.valueOf(training.epochs())
                        .multiply(BigDecimal.valueOf(epochs.stepsPerEpoch()))
                        .setScale(0, RoundingMode.CEILING)
                        .intValueExact());
    return new TrainingPlan(epochs, steps, training.evalSteps().orElse(epochs.stepsPerEpoch()));
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
