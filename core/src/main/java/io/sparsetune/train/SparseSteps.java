package io.sparsetune.train;

import io.sparsetune.config.TrainingConfig;
import io.sparsetune.error.DivergedException;
import io.sparsetune.mask.Mask;
import io.sparsetune.method.StepTransform;
import io.sparsetune.optim.GradientClip;
import io.sparsetune.optim.SparseOptimizer;
import io.sparsetune.progress.StepReport;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.progress.TrainingPlan;
import io.sparsetune.sums.GradientSum;
import io.sparsetune.sums.NotFiniteException;
import io.sparsetune.train.StateKeeper.Milestone;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/** Takes steps inside a mask. */
final class SparseSteps {
  static final String AT_THE_START =
      "nothing is trained yet, so the model's weights may be damaged, or a regression's labels need"
          + " a smaller scale";
  static final String LATER =
      "a lower training.learning_rate or more training.warmup_ratio may help";

  private final TrainingConfig training;
  private final TrainingPlan plan;
  private final StepExecutor executor;
  private final TrainingListener listener;
  private final StateKeeper keeper;
  private final LongSupplier sequence;

  /**
   * @param sequence the number of the next call of the executor
   */
  SparseSteps(
      TrainingConfig training,
      TrainingPlan plan,
      StepExecutor executor,
      TrainingListener listener,
      StateKeeper keeper,
      LongSupplier sequence) {
    this.training = training;
    this.plan = plan;
    this.executor = executor;
    this.listener = listener;
    this.keeper = keeper;
    this.sequence = sequence;
  }

  /**
   * Takes one step.
   *
   * @param state its values are left as they are, since the executor may still hold them; its
   *     moments are the optimizer's
   * @param transform what the method does to the step
   * @param settle the last change of the state that the step leads to
   * @return the state after it
   * @throws DivergedException when a loss or a gradient is not finite
   */
  TrainingState step(
      TrainingState state,
      SparseOptimizer optimizer,
      double rate,
      StepTransform transform,
      UnaryOperator<TrainingState> settle) {
    int step = state.step();
    float[] values = state.current().values();
    GradientSum gradient;
    double norm;
    try {
      gradient = gradient(step, state.trained(), transform.values(step, values));
      transform.gradient(step, gradient);
      norm = GradientClip.norm(gradient);
      transform.update(step, gradient);
    } catch (NotFiniteException e) {
      throw diverged(step, e);
    }
    double clip = GradientClip.factor(norm, training.maxGradNorm());
    StepReport report =
        new StepReport(
            step + 1,
            plan.steps(),
            plan.epoch(step + 1),
            gradient.meanLoss(),
            rate,
            norm,
            gradient.examples(),
            gradient.tokens());
    float[] moved = values.clone();
    return keeper.advance(
        Milestone.STEP,
        () -> {
          optimizer.step(moved, gradient, clip, rate);
          listener.stepDone(report);
          return settle.apply(state.moved(moved, optimizer.state(), step + 1));
        });
  }

  private GradientSum gradient(int step, Mask trained, float[] values) {
    return executor.step(new StepRequest(sequence.getAsLong(), step, trained, values));
  }

  private DivergedException diverged(int step, NotFiniteException e) {
    return new DivergedException(
        "Training diverged at step %d of %d (epoch %.2f): %s; %s"
            .formatted(
                step + 1,
                plan.steps(),
                plan.epoch(step),
                e.getMessage(),
                step == 0 ? AT_THE_START : LATER),
        e);
  }
}
