package io.sparsetune.progress;

import java.util.List;

/** Hears how a training goes, on the thread that trains unless it is said. */
public interface TrainingListener {
  /** Hears nothing. */
  TrainingListener NONE = new TrainingListener() {};

  /** This one and another, which hears everything after it. */
  default TrainingListener and(TrainingListener second) {
    return new BothListeners(this, second);
  }

  /**
   * Which run it is. Told before everything else, but for warnings.
   *
   * @param runId enough of its id to tell it from others
   */
  default void identified(String runId) {}

  /**
   * Texts of which the model gets no more than the beginning; not called where there are none.
   *
   * @param texts that are cut
   * @param of all texts that are trained on, validated or tested
   * @param maxSeqLength tokens that are left of a cut text
   */
  default void textsCut(long texts, long of, int maxSeqLength) {}

  /**
   * Where the modules of the head start from.
   *
   * @param origins in words, a module each
   */
  default void headStarts(List<String> origins) {}

  /** Something that the user should know; on any thread. */
  default void warned(String warning) {}

  /**
   * The training goes on with a run that was interrupted. Told before the plan.
   *
   * @param step steps that are done; 0 where nothing was saved
   */
  default void resumed(int step) {}

  /** The run was finished before, and nothing is trained. */
  default void finishedBefore() {}

  default void planned(TrainingPlan plan) {}

  /** {@link ScoreProgress}; on any thread, while the one that trains waits. */
  default void scored(long examples, long of) {}

  /**
   * How many examples a dense round has trained on; on any thread, while the one that trains waits.
   */
  default void trainedInRound(long examples, long of) {}

  /**
   * A dense round has ended in its projection.
   *
   * @param steps the round's, of which {@link #stepDone} is not told
   */
  default void roundDone(RoundReport report, List<StepReport> steps) {}

  default void maskSelected(MaskReport report) {}

  default void stepDone(StepReport report) {}

  default void evaluated(EvaluationReport report) {}
}
