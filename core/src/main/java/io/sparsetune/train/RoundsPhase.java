package io.sparsetune.train;

import io.sparsetune.config.TrainingConfig;
import io.sparsetune.dense.PlainTraining;
import io.sparsetune.dense.RoundScores;
import io.sparsetune.error.DivergedException;
import io.sparsetune.mask.Mask;
import io.sparsetune.method.Evidence;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.method.Methods;
import io.sparsetune.method.RoundPlan;
import io.sparsetune.method.StepTransform;
import io.sparsetune.optim.LearningRate;
import io.sparsetune.optim.OptimizerRecipe;
import io.sparsetune.optim.OptimizerState;
import io.sparsetune.optim.SparseOptimizer;
import io.sparsetune.optim.TrainedState;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.progress.RoundReport;
import io.sparsetune.progress.StepReport;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.progress.TrainingPlan;
import io.sparsetune.sums.NotFiniteException;
import io.sparsetune.work.DenseSteps;
import io.sparsetune.work.RoundStep;
import io.sparsetune.work.RoundWork;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.LongSupplier;

/**
 * Dense rounds up to the mask that they end in. Between rounds the driver has what stands off θ⁰,
 * and its moments: O(k).
 */
final class RoundsPhase {
  private final ParameterLayout layout;
  private final TrainingConfig training;
  private final Evidence.DenseRounds evidence;
  private final TrainingPlan plan;
  private final RoundPlan rounds;
  private final StepExecutor executor;
  private final TrainingListener listener;
  private final SparseSteps sparse;
  private final LongSupplier sequence;
  private final OptimizerRecipe recipe;
  private final List<Integer> head;
  private final Mask dense;
  private final List<RoundReport> reports = new ArrayList<>();

  RoundsPhase(
      MaskProblem problem,
      TrainingConfig training,
      TrainingPlan plan,
      StepExecutor executor,
      TrainingListener listener,
      SparseSteps sparse,
      LongSupplier sequence) {
    this.layout = problem.layout();
    this.training = training;
    this.evidence = (Evidence.DenseRounds) problem.config().method().evidence(problem);
    this.plan = plan;
    this.rounds = plan.rounds().orElseThrow();
    this.executor = executor;
    this.listener = listener;
    this.sparse = sparse;
    this.sequence = sequence;
    this.recipe = training.optimizer();
    this.head = Methods.headTensors(layout, problem.config());
    this.dense =
        Mask.none(layout).withWhole(layout, problem.scope().tensors()).withWhole(layout, head);
  }

  /** What the rounds end in; its mask is the trained one, mask and head. */
  State run() {
    Mask nothing = Mask.none(layout);
    State state = new State(nothing, new TrainedState(nothing, new float[0], recipe.initial(0)), 0);
    for (int round = 0; round < rounds.rounds(); round++) {
      state = round(round, state);
      if (rounds.rewinds()) {
        state = rewound(state);
        if (round + 1 < rounds.rounds()) {
          state = trainedInside(state);
        }
      }
    }
    return state;
  }

  /** The rounds so far. */
  List<RoundReport> reports() {
    return List.copyOf(reports);
  }

  /**
   * Between rounds.
   *
   * @param mask of {@code trained}, without the head
   * @param step steps done
   */
  record State(Mask mask, TrainedState trained, int step) {}

  private State round(int round, State before) {
    boolean fresh = rounds.rewinds();
    int scheduleStart = fresh ? before.step() : 0;
    LearningRate rate = training.learningRate(plan.scheduleOfRounds(rounds));
    TrainedState start =
        fresh
            ? withFreshOptimizer(before.trained().trained(), before.trained().values())
            : before.trained();
    double maxGradNorm = training.maxGradNorm().orElse(Double.POSITIVE_INFINITY);
    DenseSteps steps =
        new DenseSteps(before.step(), rounds.steps(), scheduleStart, rate, maxGradNorm);
    Mask stays = fresh ? before.mask() : Mask.none(layout);
    RoundRequest request =
        new RoundRequest(
            sequence.getAsLong(),
            round,
            rounds.workers(),
            new RoundWork(
                steps,
                evidence.training().with(recipe, maxGradNorm),
                dense,
                start,
                rounds.keepMoments()),
            new RoundScores(rounds.momentum(), stays),
            listener::trainedInRound,
            distances -> evidence.projection().mask(round, distances),
            head);
    RoundResult result = executed(request);
    report(round, steps, before.mask(), result.mask(), result);
    long optimizerSteps = start.optimizer().steps() + rounds.steps();
    TrainedState trained =
        rounds.keepMoments()
            ? PlainTraining.trained(
                result.trained(), result.values(), result.moments(), optimizerSteps)
            : withFreshOptimizer(result.trained(), result.values());
    return new State(result.mask(), trained, before.step() + rounds.steps());
  }

  private RoundResult executed(RoundRequest request) {
    try {
      return executor.round(request);
    } catch (NotFiniteException e) {
      throw new DivergedException(
          "Training diverged in round %d of %d: %s; %s"
              .formatted(
                  request.round() + 1,
                  rounds.rounds(),
                  e.getMessage(),
                  e.step().equals(OptionalInt.of(1))
                      ? SparseSteps.AT_THE_START
                      : SparseSteps.LATER),
          e);
    }
  }

  private void report(int round, DenseSteps steps, Mask before, Mask mask, RoundResult result) {
    double loss = 0;
    long examples = 0;
    List<StepReport> taken = new ArrayList<>();
    for (int i = 0; i < steps.count(); i++) {
      RoundStep step = result.steps().get(i);
      loss += step.loss() * step.examples();
      examples += step.examples();
      int done = steps.first() + i + 1;
      taken.add(
          new StepReport(
              done,
              plan.steps(),
              plan.epoch(done),
              step.loss(),
              steps.rateAt(done - 1),
              step.gradientNorm(),
              step.examples(),
              step.tokens()));
    }
    int same = before.copyCommon(new float[before.size()], mask, new float[mask.size()]);
    RoundReport report =
        new RoundReport(
            round + 1,
            rounds.rounds(),
            steps.first() + steps.count(),
            loss / examples,
            mask.size(),
            mask.size() - same);
    reports.add(report);
    listener.roundDone(report, taken);
  }

  private TrainedState withFreshOptimizer(Mask trained, float[] values) {
    return new TrainedState(trained, values, recipe.initial(trained.size()));
  }

  /** The same mask, with everything back at the start. */
  private State rewound(State state) {
    Mask trained = state.trained().trained();
    return new State(
        state.mask(), withFreshOptimizer(trained, executor.initialValues(trained)), state.step());
  }

  /** As many steps inside the mask as a dense phase has, on a schedule of their own. */
  private State trainedInside(State state) {
    Mask trained = state.trained().trained();
    LearningRate rate = training.learningRate(rounds.steps());
    OptimizerState fresh = recipe.initial(trained.size());
    SparseOptimizer optimizer = recipe.resume(layout, trained, fresh);
    float[] values = state.trained().values();
    int end = state.step() + rounds.steps();
    for (int step = state.step(); step < end; step++) {
      values =
          sparse.step(
              step, trained, values, optimizer, rate.at(step - state.step()), StepTransform.NONE);
    }
    return new State(state.mask(), withFreshOptimizer(trained, values), end);
  }
}
