package io.sparsetune.train;

import io.sparsetune.config.RunConfig;
import io.sparsetune.config.TrainingConfig;
import io.sparsetune.error.DivergedException;
import io.sparsetune.mask.Mask;
import io.sparsetune.method.MaskMethod;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.method.Methods;
import io.sparsetune.method.StepTransform;
import io.sparsetune.optim.LearningRate;
import io.sparsetune.optim.SparseOptimizer;
import io.sparsetune.optim.TrainedState;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.progress.EvaluationReport;
import io.sparsetune.progress.MaskReport;
import io.sparsetune.progress.RoundReport;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.progress.TrainingPlan;
import io.sparsetune.sums.NotFiniteException;
import io.sparsetune.task.Metric;
import io.sparsetune.task.Metrics;
import java.util.ArrayList;
import java.util.List;

/**
 * Sparse fine-tuning: choose a mask, then move only what it chose, and the head. All dense work is
 * the executor's; here are k values, their moments and nothing of the model's size. An instance
 * runs once.
 */
public final class TrainingLoop {
  private final ParameterLayout layout;
  private final RunConfig config;
  private final StepExecutor executor;
  private final TrainingListener listener;
  private final MaskProblem problem;
  private final TrainingPlan plan;
  private final SparseSteps steps;

  private final List<EvaluationReport> evaluations = new ArrayList<>();
  private final List<RoundReport> rounds = new ArrayList<>();
  private long sequence;

  public TrainingLoop(
      ParameterLayout layout, RunConfig config, StepExecutor executor, TrainingListener listener) {
    this.layout = layout;
    this.config = config;
    this.executor = executor;
    this.listener = listener;
    this.problem = new MaskProblem(layout, config.method(), config.training().seed());
    this.plan = TrainingPlan.of(config, executor.trainExamples());
    if (config.method().method().hasBudget()) {
      // A budget that cannot be met is said here, not after the rounds that come before its mask.
      config.method().method().goal(problem);
    }
    this.steps = new SparseSteps(config.training(), plan, executor, listener, this::nextSequence);
  }

  /**
   * Trains.
   *
   * @throws DivergedException when a loss, a gradient or an output is not finite
   */
  public TrainingResult run() {
    listener.planned(plan);
    RoundsPhase.State start = plan.rounds().isPresent() ? rounds() : atBase(selectMask());
    MaskReport selection = report(start.mask());
    listener.maskSelected(selection);
    Mask trained = selection.trained();

    TrainingConfig training = config.training();
    SparseOptimizer optimizer =
        training.optimizer().resume(layout, trained, start.trained().optimizer());
    int scheduleStart = plan.scheduleStart();
    LearningRate learningRate = plan.learningRate(training);
    float[] values = start.trained().values();
    StepTransform transform = config.method().method().stepTransform(problem, trained, values);
    float[] kept = values;
    int keptStep = start.step();
    int step = start.step();
    while (step < plan.steps() && !outOfPatience()) {
      double rate = learningRate.at(step - scheduleStart);
      values = steps.step(step, trained, values, optimizer, rate, transform);
      step++;
      boolean better = false;
      if (validates() && plan.evaluatesAfter(step)) {
        better = evaluate(step, trained, values);
      }
      if (better || !validates() || !training.loadBestModelAtEnd()) {
        kept = values;
        keptStep = step;
      }
    }
    requireFinite(kept, keptStep);
    return new TrainingResult(
        selection, kept, step, keptStep, evaluations, rounds, sequence, executor.bytesMoved());
  }

  private long nextSequence() {
    return ++sequence;
  }

  private RoundsPhase.State rounds() {
    RoundsPhase phase =
        new RoundsPhase(
            problem, config.training(), plan, executor, listener, steps, this::nextSequence);
    RoundsPhase.State end = phase.run();
    rounds.addAll(phase.reports());
    return end;
  }

  private Mask selectMask() {
    try {
      return MaskChoice.atBase(problem, executor, nextSequence(), listener::scored);
    } catch (NotFiniteException e) {
      throw new DivergedException(
          "Cannot choose a mask: %s; %s".formatted(e.getMessage(), SparseSteps.AT_THE_START), e);
    }
  }

  private RoundsPhase.State atBase(Mask mask) {
    Mask trained = withHead(mask);
    TrainedState start =
        new TrainedState(
            trained,
            executor.initialValues(trained),
            config.training().optimizer().initial(trained.size()));
    return new RoundsPhase.State(mask, start, 0);
  }

  private Mask withHead(Mask mask) {
    return mask.withWhole(layout, Methods.headTensors(layout, config.method()));
  }

  private MaskReport report(Mask mask) {
    MaskMethod method = config.method().method();
    return new MaskReport(
        method.parameters(problem), mask, withHead(mask), method.warnings(problem));
  }

  /** The last step's values have not been through the model. */
  private void requireFinite(float[] values, int step) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new DivergedException(
            "Training diverged by step %d of %d: a trained parameter is %s; try a lower training.learning_rate"
                .formatted(step, plan.steps(), value),
            null);
      }
    }
  }

  /** Whether there is validation data. */
  private boolean validates() {
    return !config.data().validation().isEmpty() || config.data().validationShare() > 0;
  }

  /**
   * Whether the values are the best so far; those that are only as good as earlier ones are not.
   */
  private boolean evaluate(int step, Mask trained, float[] values) {
    Metric metric = config.task().metric();
    double value;
    try {
      value =
          Metrics.score(
              metric,
              executor.evaluate(
                  new EvaluationRequest(nextSequence(), "validation", trained, values)));
    } catch (DivergedException e) {
      throw new DivergedException(
          "Training diverged by step %d of %d: %s".formatted(step, plan.steps(), e.getMessage()),
          e);
    }
    boolean best = evaluations.stream().allMatch(e -> value > e.value());
    evaluations.add(new EvaluationReport(step, plan.epoch(step), metric, value, best));
    listener.evaluated(evaluations.get(evaluations.size() - 1));
    return best;
  }

  private boolean outOfPatience() {
    int sinceBest = 0;
    for (EvaluationReport evaluation : evaluations) {
      sinceBest = evaluation.best() ? 0 : sinceBest + 1;
    }
    return config.training().patience().isPresent()
        && sinceBest >= config.training().patience().getAsInt();
  }
}
