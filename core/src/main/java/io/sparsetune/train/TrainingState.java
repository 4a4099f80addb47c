package io.sparsetune.train;

import io.sparsetune.mask.Mask;
import io.sparsetune.optim.OptimizerState;
import io.sparsetune.optim.TrainedState;
import io.sparsetune.progress.EvaluationReport;
import io.sparsetune.progress.RoundReport;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything that a training carries from one step to the next, θ⁰ not included. A training that
 * goes on from a state ends in the same bits as one that was never interrupted: batches, dropout
 * and noise follow from the seed and the step. Its arrays are not copied.
 *
 * @param mask the chosen positions, without the head; between dense rounds those that the last
 *     round left off θ⁰
 * @param current mask and head, their values and the optimizer's moments
 * @param step steps done, those of dense rounds included
 * @param kept values of the best checkpoint so far, [current.trained().size()]; where the last is
 *     kept, the same array as the current values
 * @param keptStep steps done when {@code kept} was reached
 * @param evaluations in order
 * @param rounds dense rounds done, in order
 */
public record TrainingState(
    Mask mask,
    TrainedState current,
    int step,
    float[] kept,
    int keptStep,
    List<EvaluationReport> evaluations,
    List<RoundReport> rounds) {

  public TrainingState {
    evaluations = List.copyOf(evaluations);
    rounds = List.copyOf(rounds);
    if (kept.length != current.values().length) {
      throw new IllegalArgumentException(
          "Invalid kept values: %d of %d".formatted(kept.length, current.values().length));
    }
    if (step < 0 || keptStep < 0 || keptStep > step) {
      throw new IllegalArgumentException(
          "Invalid steps: %d done, %d kept".formatted(step, keptStep));
    }
  }

  /** A state with nothing but a start: no evaluation, no best checkpoint before it. */
  static TrainingState at(Mask mask, TrainedState current, int step, List<RoundReport> rounds) {
    return new TrainingState(mask, current, step, current.values(), step, List.of(), rounds);
  }

  /** Mask and head. */
  public Mask trained() {
    return current.trained();
  }

  /** The state one step on, or several. */
  TrainingState moved(float[] values, OptimizerState optimizer, int stepsDone) {
    return new TrainingState(
        mask,
        new TrainedState(current.trained(), values, optimizer),
        stepsDone,
        kept,
        keptStep,
        evaluations,
        rounds);
  }

  /** The state whose best checkpoint is the current one. */
  TrainingState keepingCurrent() {
    return new TrainingState(mask, current, step, current.values(), step, evaluations, rounds);
  }

  /** The state after another evaluation. */
  TrainingState evaluated(EvaluationReport report) {
    List<EvaluationReport> all = new ArrayList<>(evaluations);
    all.add(report);
    return new TrainingState(mask, current, step, kept, keptStep, all, rounds);
  }

  /**
   * A copy that later steps do not change: the optimizer writes into its moments, while values are
   * new arrays after each step.
   */
  public TrainingState snapshot() {
    OptimizerState optimizer = current.optimizer();
    float[][] moments = new float[optimizer.moments().length][];
    for (int m = 0; m < moments.length; m++) {
      moments[m] = optimizer.moments()[m].clone();
    }
    return moved(current.values(), new OptimizerState(optimizer.steps(), moments), step);
  }
}
