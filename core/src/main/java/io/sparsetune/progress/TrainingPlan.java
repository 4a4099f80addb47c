package io.sparsetune.progress;

import io.sparsetune.batch.EpochPlan;
import io.sparsetune.config.RunConfig;
import io.sparsetune.config.TrainingConfig;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.Counted;
import io.sparsetune.error.DataException;
import io.sparsetune.method.RoundPlan;
import io.sparsetune.method.StepCount;
import io.sparsetune.optim.LearningRate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How a run goes through its data.
 *
 * @param epochs which examples come at which step
 * @param steps all steps, those of dense rounds too; early stopping may end sooner
 * @param evalSteps steps from one evaluation to the next
 * @param rounds dense rounds that come first
 */
public record TrainingPlan(EpochPlan epochs, int steps, int evalSteps, Optional<RoundPlan> rounds) {

  /** A few data may be tried out with a batch that is meant for many. */
  private static final int MANY_SHARDS = 1024;

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
    int shards = training.shards();
    if (shards > Math.max(MANY_SHARDS, examples)) {
      throw new ConfigException(
          "Invalid training.batch_size: a global batch of %,d micro-batches (batch_size / micro_batch_size), of which some would always be empty, for %,d examples; use a smaller one, or a larger micro_batch_size"
              .formatted(shards, examples));
    }
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
    Optional<RoundPlan> rounds =
        config.method().method().rounds(config.method().options(), steps, epochs.stepsPerEpoch());
    int beside = rounds.map(plan -> checked(plan, steps, training)).orElse(0);
    return new TrainingPlan(
        epochs, beside + steps, training.evalSteps().orElse(epochs.stepsPerEpoch()), rounds);
  }

  /** Steps that rounds take beside the training's. */
  private static int checked(RoundPlan rounds, int steps, TrainingConfig training) {
    List<String> problems = new ArrayList<>();
    int shards = training.shards();
    if (shards % rounds.workers() != 0) {
      problems.add(
          ("Invalid %s: %d workers cannot share the %d micro-batches of a global batch evenly"
                  + " (training.batch_size %d / training.micro_batch_size %d); use one of %s")
              .formatted(
                  RoundPlan.WORKERS.name(),
                  rounds.workers(),
                  shards,
                  training.batchSize(),
                  training.microBatchSize(),
                  IntStream.rangeClosed(1, shards)
                      .filter(w -> shards % w == 0)
                      .mapToObj(Integer::toString)
                      .collect(Collectors.joining(", "))));
    }
    long dense = rounds.allSteps();
    long after = rounds.finetuning().map(finetuning -> (long) finetuning.steps()).orElse(0L);
    long beside = rounds.rewinds() ? dense : after;
    if (beside == 0 && dense >= steps) {
      problems.add(
          ("Invalid %s: %s of %s leave none of the training's %s to train"
                  + " inside the mask; use fewer rounds, a shorter %s or a longer training")
              .formatted(
                  RoundPlan.ROUNDS.name(),
                  Counted.of(rounds.rounds(), "round"),
                  Counted.of(rounds.steps(), "step"),
                  Counted.of(steps, "step"),
                  RoundPlan.PROJECT_EVERY.name()));
    }
    if (beside + steps > Integer.MAX_VALUE) {
      problems.add(
          "Invalid training: %,d dense and %,d other steps are more than %,d; use shorter phases"
              .formatted(dense, beside + steps - dense, Integer.MAX_VALUE));
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    return (int) beside;
  }

  private static int steps(double epochs, EpochPlan plan) {
    long steps = StepCount.ofEpochs(epochs, plan.stepsPerEpoch());
    if (steps > Integer.MAX_VALUE) {
      throw new ConfigException(
          "Invalid training.num_train_epochs: %s epochs of %,d steps are more than %,d steps; use fewer epochs, or training.max_steps"
              .formatted(epochs, plan.stepsPerEpoch(), Integer.MAX_VALUE));
    }
    return (int) steps;
  }

  /** Step at which the schedule of the training inside the final mask starts. */
  public int scheduleStart() {
    return rounds
        .filter(plan -> plan.rewinds() || plan.finetuning().isPresent())
        .map(plan -> (int) plan.allSteps())
        .orElse(0);
  }

  /** The schedule of the training inside the final mask. */
  public LearningRate learningRate(TrainingConfig training) {
    LearningRate rate = training.learningRate(steps - scheduleStart());
    return rounds
        .flatMap(RoundPlan::finetuning)
        .map(finetuning -> rate.withBase(finetuning.learningRate()))
        .orElse(rate);
  }

  /** Steps over which the schedule of dense rounds goes. */
  public int scheduleOfRounds(RoundPlan plan) {
    return plan.finetuning().isPresent() || plan.rewinds() ? plan.steps() : steps;
  }

  /** Epochs done after that many steps. */
  public double epoch(int steps) {
    return (double) steps / epochs.stepsPerEpoch();
  }

  /** Whether an evaluation follows after that many steps: regularly, and at the end. */
  public boolean evaluatesAfter(int stepsDone) {
    return stepsDone % evalSteps == 0 || stepsDone == steps;
  }
}
