package io.sparsetune.method.lotteryticket;

import io.sparsetune.error.ConfigException;
import io.sparsetune.error.Counted;
import io.sparsetune.keys.Key;
import io.sparsetune.mask.MaskBudget.Scope;
import io.sparsetune.mask.TopK;
import io.sparsetune.mask.TopKGoal;
import io.sparsetune.method.Evidence;
import io.sparsetune.method.MaskMethod;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.method.MethodOptions;
import io.sparsetune.method.RoundPlan;
import io.sparsetune.method.StepCount;
import java.util.List;
import java.util.Optional;

/**
 * LT-SFT (Ansell et al. 2022): a dense phase shows which k parameters move farthest from θ⁰; then
 * everything, the head too, is rewound, and training moves those alone. In several iterations the
 * mask grows in equal parts, each by what moves farthest among the parameters that it has not yet;
 * a dense phase starts where the training inside the mask before it ended.
 */
public final class LotteryTicket implements MaskMethod {
  public static final Key<Integer> ITERATIONS =
      Key.count("method.iterations", 1)
          .withDefault(1)
          .note("lottery_ticket: in how many parts the mask is found");
  public static final Key<String> DENSE_PHASE =
      StepCount.key("method.dense_phase")
          .withDefault("1 epoch")
          .note("lottery_ticket: how long each dense phase is; not counted in num_train_epochs");

  @Override
  public String name() {
    return "lottery_ticket";
  }

  @Override
  public List<Key<?>> keys() {
    return List.of(ITERATIONS, DENSE_PHASE, RoundPlan.WORKERS);
  }

  @Override
  public Scope defaultScope(MethodOptions options) {
    return Scope.GLOBAL;
  }

  @Override
  public Evidence evidence(MaskProblem problem) {
    int iterations = problem.config().options().get(ITERATIONS);
    return Evidence.DenseRounds.plain(
        (round, distances) ->
            TopK.select(problem.layout(), goal(problem).part(round + 1, iterations), distances));
  }

  @Override
  public Optional<RoundPlan> rounds(MethodOptions options, int steps, int stepsPerEpoch) {
    int each = StepCount.of(options.get(DENSE_PHASE)).steps(stepsPerEpoch);
    int iterations = options.get(ITERATIONS);
    return Optional.of(
        new RoundPlan(iterations, each, options.get(RoundPlan.WORKERS), 1, false, true));
  }

  /** The budget's, of which every phase has to find a part. */
  @Override
  public TopKGoal goal(MaskProblem problem) {
    TopKGoal goal = MaskMethod.super.goal(problem);
    int iterations = problem.config().options().get(ITERATIONS);
    if (iterations > goal.largest()) {
      boolean global = problem.config().budget().orElseThrow().scope() == Scope.GLOBAL;
      String largest = Counted.of(goal.largest(), "position");
      throw new ConfigException(
          "Invalid method.iterations: %,d dense phases cannot each add to a mask of %s; use at most %,d, or a larger budget"
              .formatted(
                  iterations,
                  global ? largest : "at most " + largest + " a tensor",
                  goal.largest()));
    }
    return goal;
  }
}
