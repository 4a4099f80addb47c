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
import io.sparsetune.optim.SparseOptimizer;
import io.sparsetune.optim.TrainedState;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.progress.RoundReport;
import io.sparsetune.progress.StepReport;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.progress.TrainingPlan;
import io.sparsetune.sums.NotFiniteException;
import io.sparsetune.train.StateKeeper.Milestone;
import io.sparsetune.work.DenseSteps;
import io.sparsetune.work.RoundStep;
import io.sparsetune.work.RoundWork;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

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
  private final StateKeeper keeper;
  private final SparseSteps sparse;
  private final LongSupplier sequence;
  private final OptimizerRecipe recipe;
  private final List<Integer> head;
  private final Mask dense;

  RoundsPhase(
      MaskProblem problem,
      TrainingConfig training,
      TrainingPlan plan,
      StepExecutor executor,
      TrainingListener listener,
      StateKeeper keeper,
      SparseSteps sparse,
      LongSupplier sequence) {
    this.layout = problem.layout();
    this.training = training;
    this.evidence = (Evidence.DenseRounds) problem.config().method().evidence(problem);
    this.plan = plan;
    this.rounds = plan.rounds().orElseThrow();
    this.executor = executor;
    this.listener = listener;
    this.keeper = keeper;
    this.sparse = sparse;
    this.sequence = sequence;
    this.recipe = training.optimizer();
    this.head = Methods.headTensors(layout, problem.config());
    this.dense =
        Mask.none(layout).withWhole(layout, problem.scope().tensors()).withWhole(layout, head);
  }

  /**
   * Trains until the last round has ended.
   *
   * @param from a state of the same training, of any phase
   */
  TrainingState run(Optional<TrainingState> from) {
    TrainingState state = from.orElseGet(this::beginning);
    while (true) {
      int done = state.rounds().size();
      if (done == rounds.rounds()) {
        return state;
      }
      if (rounds.rewinds() && done > 0) {
        state = trainedInside(state, 2 * done * rounds.steps());
      }
      state = round(done, state);
    }
  }

  private TrainingState beginning() {
    Mask nothing = Mask.none(layout);
    return TrainingState.at(
        nothing, new TrainedState(nothing, new float[0], recipe.initial(0)), 0, List.of());
  }

  private TrainingState round(int round, TrainingState before) {
    boolean fresh = rounds.rewinds();
    int scheduleStart = fresh ? before.step() : 0;
    LearningRate rate = training.learningRate(plan.scheduleOfRounds(rounds));
    TrainedState start =
        fresh ? withFreshOptimizer(before.trained(), before.current().values()) : before.current();
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
    long optimizerSteps = start.optimizer().steps() + rounds.steps();
    TrainedState after = after(result, optimizerSteps);
    Supplier<TrainingState> change =
        () -> {
          List<RoundReport> reports = new ArrayList<>(before.rounds());
          reports.add(report(round, steps, before.mask(), result));
          return TrainingState.at(result.mask(), after, before.step() + rounds.steps(), reports);
        };
    return canGoOnAfter(round) ? keeper.advance(Milestone.SELECTION, change) : change.get();
  }

  /**
   * Whether a state after the round is of use to another process: only where the next round finds
   * the scores that it blends.
   */
  private boolean canGoOnAfter(int round) {
    if (round + 1 == rounds.rounds()) {
      return true;
    }
    Optional<String> problem = executor.saveScores(round);
    problem.ifPresent(
        why ->
            listener.warned(
                "the state after round %d of %d is not saved, and a run that is interrupted goes on from before it: %s"
                    .formatted(round + 1, rounds.rounds(), why)));
    return problem.isEmpty();
  }

  /** What a round leaves for the next, or for the training inside the final mask. */
  private TrainedState after(RoundResult result, long optimizerSteps) {
    if (rounds.rewinds()) {
      return withFreshOptimizer(result.trained(), executor.initialValues(result.trained()));
    }
    return rounds.keepMoments()
        ? PlainTraining.trained(result.trained(), result.values(), result.moments(), optimizerSteps)
        : withFreshOptimizer(result.trained(), result.values());
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

  private RoundReport report(int round, DenseSteps steps, Mask before, RoundResult result) {
    Mask mask = result.mask();
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
    listener.roundDone(report, taken);
    return report;
  }

  private TrainedState withFreshOptimizer(Mask trained, float[] values) {
    return new TrainedState(trained, values, recipe.initial(trained.size()));
  }

  /**
   * Trains inside the mask between two rounds, for as many steps as a round has and on a schedule
   * of its own.
   *
   * @param end steps done when it is over
   */
  private TrainingState trainedInside(TrainingState start, int end) {
    LearningRate rate = training.learningRate(rounds.steps());
    SparseOptimizer optimizer = recipe.resume(layout, start.trained(), start.current().optimizer());
    int first = end - rounds.steps();
    TrainingState state = start;
    while (state.step() < end) {
      state =
          sparse.step(
              state,
              optimizer,
              rate.at(state.step() - first),
              StepTransform.NONE,
              TrainingState::keepingCurrent);
    }
    return state;
  }
}
