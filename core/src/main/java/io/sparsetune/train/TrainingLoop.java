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
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.progress.TrainingPlan;
import io.sparsetune.sums.NotFiniteException;
import io.sparsetune.task.Metric;
import io.sparsetune.task.Metrics;
import io.sparsetune.train.StateKeeper.Milestone;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

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
  private final StateKeeper keeper;
  private final MaskProblem problem;
  private final TrainingPlan plan;
  private final SparseSteps steps;

  private long sequence;
  private TrainingState state;

  /** Keeps no states. */
  public TrainingLoop(
      ParameterLayout layout, RunConfig config, StepExecutor executor, TrainingListener listener) {
    this(layout, config, executor, listener, StateKeeper.NONE);
  }

  /**
   * @param keeper keeps the states that the training goes through
   */
  public TrainingLoop(
      ParameterLayout layout,
      RunConfig config,
      StepExecutor executor,
      TrainingListener listener,
      StateKeeper keeper) {
    this.layout = layout;
    this.config = config;
    this.executor = executor;
    this.listener = listener;
    this.keeper = keeper;
    this.problem = new MaskProblem(layout, config.method(), config.training().seed());
    this.plan = TrainingPlan.of(config, executor.trainExamples());
    if (config.method().method().hasBudget()) {
      // A budget that cannot be met is said here, not after the rounds that come before its mask.
      config.method().method().goal(problem);
    }
    this.steps =
        new SparseSteps(config.training(), plan, executor, listener, keeper, this::nextSequence);
  }

  /**
   * Trains from the beginning.
   *
   * @throws DivergedException when a loss, a gradient or an output is not finite
   */
  public TrainingResult run() {
    return run(Optional.empty());
  }

  /**
   * Trains, and ends in the same bits wherever it begins.
   *
   * @param from a state of the same training; empty for the beginning
   * @throws DivergedException when a loss, a gradient or an output is not finite
   */
  public TrainingResult run(Optional<TrainingState> from) {
    listener.planned(plan);
    state = plan.rounds().isPresent() ? rounds(from) : from.orElseGet(this::atBase);
    // Nothing but the field holds the state: one of the model's size has no room for the first.
    from = Optional.empty();
    MaskReport selection = report(state.mask());
    listener.maskSelected(selection);
    trainInside();
    requireFinite(state.kept(), state.keptStep());
    return new TrainingResult(
        selection,
        state.kept(),
        state.step(),
        state.keptStep(),
        state.evaluations(),
        state.rounds(),
        sequence,
        executor.bytesMoved());
  }

  /** Trains inside the final mask, to the end. */
  private void trainInside() {
    TrainingConfig training = config.training();
    Mask trained = state.trained();
    SparseOptimizer optimizer =
        training.optimizer().resume(layout, trained, state.current().optimizer());
    LearningRate learningRate = plan.learningRate(training);
    StepTransform transform =
        config.method().method().stepTransform(problem, trained, this::initialValues);
    boolean keepsBest = validates() && training.loadBestModelAtEnd();
    while (true) {
      if (evaluationIsDue(state)) {
        state = evaluated(state);
      }
      if (state.step() >= plan.steps() || isOutOfPatience(state)) {
        return;
      }
      double rate = learningRate.at(state.step() - plan.scheduleStart());
      state =
          steps.step(
              state,
              optimizer,
              rate,
              transform,
              keepsBest ? UnaryOperator.identity() : TrainingState::keepingCurrent);
    }
  }

  /** θ⁰ there; a training that begins has it at hand. */
  private float[] initialValues() {
    return state.step() == 0 ? state.current().values() : executor.initialValues(state.trained());
  }

  private long nextSequence() {
    return ++sequence;
  }

  private TrainingState rounds(Optional<TrainingState> from) {
    return new RoundsPhase(
            problem, config.training(), plan, executor, listener, keeper, steps, this::nextSequence)
        .run(from);
  }

  private Mask selectMask() {
    try {
      return MaskChoice.atBase(problem, executor, nextSequence(), listener::scored);
    } catch (NotFiniteException e) {
      throw new DivergedException(
          "Cannot choose a mask: %s; %s".formatted(e.getMessage(), SparseSteps.AT_THE_START), e);
    }
  }

  /** The state before the first step; its mask is chosen, which may take long. */
  private TrainingState atBase() {
    Mask mask = selectMask();
    Mask trained = withHead(mask);
    TrainedState start =
        new TrainedState(
            trained,
            executor.initialValues(trained),
            config.training().optimizer().initial(trained.size()));
    return keeper.advance(Milestone.SELECTION, () -> TrainingState.at(mask, start, 0, List.of()));
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

  /** Whether the state's values are still to be evaluated; only steps inside the mask are. */
  private boolean evaluationIsDue(TrainingState state) {
    int first = plan.rounds().map(rounds -> (int) rounds.allSteps()).orElse(0);
    return validates()
        && state.step() > first
        && plan.evaluatesAfter(state.step())
        && state.evaluations().stream().noneMatch(e -> e.step() == state.step());
  }

  /** Values are the best so far only where they are better than all earlier ones. */
  private TrainingState evaluated(TrainingState state) {
    int step = state.step();
    Metric metric = config.task().metric();
    double value;
    try {
      value =
          Metrics.score(
              metric,
              executor.evaluate(
                  new EvaluationRequest(
                      nextSequence(), "validation", state.trained(), state.current().values())));
    } catch (DivergedException e) {
      throw new DivergedException(
          "Training diverged by step %d of %d: %s".formatted(step, plan.steps(), e.getMessage()),
          e);
    }
    boolean best = state.evaluations().stream().allMatch(e -> value > e.value());
    EvaluationReport report = new EvaluationReport(step, plan.epoch(step), metric, value, best);
    return keeper.advance(
        Milestone.EVALUATION,
        () -> {
          listener.evaluated(report);
          TrainingState after = state.evaluated(report);
          return best ? after.keepingCurrent() : after;
        });
  }

  private boolean isOutOfPatience(TrainingState state) {
    int sinceBest = 0;
    for (EvaluationReport evaluation : state.evaluations()) {
      sinceBest = evaluation.best() ? 0 : sinceBest + 1;
    }
    return config.training().patience().isPresent()
        && sinceBest >= config.training().patience().getAsInt();
  }
}
