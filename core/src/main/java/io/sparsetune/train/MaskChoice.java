package io.sparsetune.train;

import io.sparsetune.mask.Mask;
import io.sparsetune.mask.ScoreSource;
import io.sparsetune.method.Evidence;
import io.sparsetune.method.MaskMethod;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.progress.ScoreProgress;
import io.sparsetune.sums.NotFiniteException;

/** The choice of a mask at θ⁰. */
public final class MaskChoice {
  private MaskChoice() {}

  /**
   * The mask, without the head.
   *
   * @param executor obtains the scores that the method needs
   * @param sequence of the executor's calls
   * @param progress hears how far a score round is
   * @throws IllegalArgumentException for a method whose mask comes of dense rounds
   * @throws NotFiniteException when a loss or a gradient is not finite or out of range
   */
  public static Mask atBase(
      MaskProblem problem, StepExecutor executor, long sequence, ScoreProgress progress) {
    MaskMethod method = problem.config().method();
    Evidence evidence = method.evidence(problem);
    if (evidence instanceof Evidence.DenseRounds) {
      throw new IllegalArgumentException(
          "Invalid method: %s chooses its mask in dense rounds".formatted(method.name()));
    }
    return evidence instanceof Evidence.Scores scores
        ? executor.withScores(
            new ScoresRequest(sequence, scores, progress), source -> method.mask(problem, source))
        : method.mask(problem, ScoreSource.none());
  }
}
