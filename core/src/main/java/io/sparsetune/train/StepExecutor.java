package io.sparsetune.train;

import io.sparsetune.mask.Mask;
import io.sparsetune.mask.ScoreSource;
import io.sparsetune.progress.BytesMoved;
import io.sparsetune.sums.GradientSum;
import io.sparsetune.sums.NotFiniteException;
import io.sparsetune.task.Predictions;
import java.util.Optional;
import java.util.function.Function;

/**
 * Runs a training loop's dense work somewhere: in this process, or in Spark's tasks. Every
 * implementation gives the same bits. Calls carry a sequence number that only rises, whatever the
 * step number does, so that late tasks are told from current ones.
 */
public interface StepExecutor extends AutoCloseable {

  /** Examples in the training data; with the batch sizes it fixes the plan of every epoch. */
  long trainExamples();

  /**
   * θ⁰ at the mask's positions, initialised head included, [mask.size()]. Asked for before the
   * first step.
   */
  float[] initialValues(Mask mask);

  /**
   * Obtains scores at θ⁰ and gives the function's result for them. The scores stay where they are
   * made, as long as the function runs.
   *
   * @throws NotFiniteException when a loss or a gradient is not finite or out of range
   */
  <T> T withScores(ScoresRequest request, Function<ScoreSource, T> use);

  /**
   * Loss and gradients of one global batch at the given values, summed over its examples. The sum
   * is the caller's until the next step, for which it may be used again.
   *
   * @throws NotFiniteException when the loss, a gradient or a sum is not finite or out of range
   */
  GradientSum step(StepRequest request);

  /**
   * A dense round and its projection. Rounds come in order, from 0; what a projection remembers of
   * earlier rounds stays where it is.
   *
   * @throws NotFiniteException when a loss or a gradient is not finite or out of range
   */
  RoundResult round(RoundRequest request);

  /**
   * Saves what the projection of the next round remembers of the rounds so far, if anything, so
   * that another executor with the same store can go on with that round. This one can in any case.
   *
   * @param round the latest
   * @return the reason for which another cannot; empty where it can
   */
  default Optional<String> saveScores(int round) {
    return Optional.empty();
  }

  /**
   * Outputs of the model at the given values for every example of a data set; they may not be
   * finite.
   *
   * @throws IllegalArgumentException for a data set that the run has not
   */
  Predictions evaluate(EvaluationRequest request);

  /** Traffic with the driver; empty where there is none. */
  default Optional<BytesMoved> bytesMoved() {
    return Optional.empty();
  }

  /** The traffic of steps that are known to have ended, without waiting for the last. */
  default Optional<BytesMoved> bytesMovedSoFar() {
    return bytesMoved();
  }

  @Override
  void close();
}
