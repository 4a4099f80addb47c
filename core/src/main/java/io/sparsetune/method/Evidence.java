package io.sparsetune.method;

import io.sparsetune.batch.EpochPlan;
import io.sparsetune.dense.DenseTraining;
import io.sparsetune.dense.PlainTraining;
import io.sparsetune.mask.Mask;
import io.sparsetune.mask.ScoreSource;
import io.sparsetune.mask.TopKGoal;
import io.sparsetune.optim.OptimizerRecipe;
import java.util.List;
import java.util.function.Function;

/** The scores that a method needs before it can choose a mask, and where they come from. */
public sealed interface Evidence {

  /** No scores at all. */
  record Nothing() implements Evidence {}

  /** Scores at θ⁰, which an executor has or makes. */
  sealed interface Scores extends Evidence {}

  /**
   * |θ⁰|.
   *
   * @param tensors indices in the layout
   */
  record BaseValues(List<Integer> tensors) implements Scores {
    public BaseValues {
      tensors = List.copyOf(tensors);
    }
  }

  /**
   * Sums of gradients, or of their squares, at θ⁰: a score round.
   *
   * @param goal wants the tensors that are scored
   * @param rounds gives the round over data with that plan
   */
  record GradientSums(TopKGoal goal, Function<EpochPlan, ScoreRound> rounds) implements Scores {
    /** The round over data with that plan. */
    public ScoreRound round(EpochPlan plan) {
      return rounds.apply(plan);
    }
  }

  /** The distances from θ⁰ to which dense rounds move the parameters. */
  record DenseRounds(WorkersTraining training, Projection projection) implements Evidence {

    /** Rounds in which logical workers take the optimizer's steps as they are. */
    public static DenseRounds plain(Projection projection) {
      return new DenseRounds((optimizer, norm) -> new PlainTraining(optimizer), projection);
    }
  }

  /** How logical workers train in dense rounds. */
  @FunctionalInterface
  interface WorkersTraining {
    /**
     * @param optimizer as configured
     * @param maxGradNorm infinite for no clipping
     */
    DenseTraining with(OptimizerRecipe optimizer, double maxGradNorm);
  }

  /** The choice of what a dense round leaves off θ⁰. */
  @FunctionalInterface
  interface Projection {
    /**
     * The mask, without the head.
     *
     * @param round from 0
     * @param distances how far the round left each parameter in scope from θ⁰
     */
    Mask mask(int round, ScoreSource distances);
  }
}
