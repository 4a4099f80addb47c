package io.sparsetune.method;

import io.sparsetune.keys.Key;
import java.util.List;
import java.util.Optional;

/**
 * Dense rounds that a method trains through before its mask is fixed.
 *
 * @param rounds how many
 * @param steps H, local steps of a round
 * @param workers W, logical workers
 * @param momentum m of the blend of a projection's distances with those of the round before, d ←
 *     m·d + (1 − m)·d_prev; 1 for none
 * @param keepMoments whether entries that stay keep their moments when the mask changes
 * @param rewinds whether each round ends with everything back at θ⁰ and a training inside the mask
 * @param finetuning what follows in place of the rest of the training's steps
 */
public record RoundPlan(
    int rounds,
    int steps,
    int workers,
    double momentum,
    boolean keepMoments,
    boolean rewinds,
    Optional<Finetuning> finetuning) {

  public RoundPlan(
      int rounds, int steps, int workers, double momentum, boolean keepMoments, boolean rewinds) {
    this(rounds, steps, workers, momentum, keepMoments, rewinds, Optional.empty());
  }

  /**
   * A training inside the mask on a schedule of its own, where the rounds are the training that
   * {@code num_train_epochs} speaks of.
   */
  public record Finetuning(int steps, double learningRate) {}

  /** How many rounds. */
  public static final Key<Integer> ROUNDS =
      Key.count("method.rounds", 1)
          .withDefault(2)
          .note("dense rounds, each of which ends in a projection, before the mask is fixed");

  /** How long a round is. */
  public static final Key<String> PROJECT_EVERY =
      StepCount.key("method.project_every")
          .absentMeans("equal parts")
          .note("how long a round is; without it each is 1 / (rounds + 1) of the training");

  /** W. */
  public static final Key<Integer> WORKERS =
      Key.count("method.workers", 1)
          .withDefault(1)
          .note(
              "logical workers of a dense round, which divide batch_size / micro_batch_size; 1 is"
                  + " the papers' algorithm");

  /** What a change of the mask leaves of the optimizer's state. */
  public static final Key<AtMaskChange> AT_MASK_CHANGE =
      Key.choice("method.optimizer_at_mask_change", AtMaskChange.values())
          .withDefault(AtMaskChange.KEEP)
          .note("keep: moments of entries that stay; those of new ones start at zero");

  /** What becomes of moments. */
  public enum AtMaskChange {
    KEEP,
    RESET
  }

  /** Rounds that are part of the training's steps, as the configuration has them. */
  public static RoundPlan ofTraining(
      MethodOptions options, double momentum, int steps, int stepsPerEpoch) {
    int rounds = options.get(ROUNDS);
    int each =
        options
            .find(PROJECT_EVERY)
            .map(text -> StepCount.of(text).steps(stepsPerEpoch))
            .orElseGet(() -> (int) Math.max(1, steps / (rounds + 1L)));
    boolean keep = options.get(AT_MASK_CHANGE) == AtMaskChange.KEEP;
    return new RoundPlan(rounds, each, options.get(WORKERS), momentum, keep, false);
  }

  /** One round, after which training goes on inside the mask without the moments. */
  public static RoundPlan once(int steps, int workers) {
    return new RoundPlan(1, steps, workers, 1, false, false);
  }

  /** This, and what follows. */
  public RoundPlan then(Finetuning what) {
    return new RoundPlan(rounds, steps, workers, momentum, keepMoments, rewinds, Optional.of(what));
  }

  /** Keys of a method whose rounds are part of the training's steps. */
  public static List<Key<?>> keys() {
    return List.of(ROUNDS, PROJECT_EVERY, WORKERS, AT_MASK_CHANGE);
  }

  /** Steps of all rounds, and of trainings between them. */
  public long allSteps() {
    return rewinds ? (2L * rounds - 1) * steps : (long) rounds * steps;
  }
}
