package io.sparsetune.train;

/** Hears how a training goes, on the thread that trains unless it is said. */
public interface TrainingListener {
  /** Hears nothing. */
  TrainingListener NONE = new TrainingListener() {};

  /**
   * Texts of which the model gets no more than the beginning; not called where there are none.
   *
   * @param texts that are cut
   * @param of all texts that are trained on, validated or tested
   * @param maxSeqLength tokens that are left of a cut text
   */
  default void textsCut(long texts, long of, int maxSeqLength) {}

  default void planned(TrainingPlan plan) {}

  /** {@link ScoreProgress}; on any thread, while the one that trains waits. */
  default void scored(long examples, long of) {}

  /** After the {@link #stepDone} of the round's steps. */
  default void roundDone(RoundReport report) {}

  default void maskSelected(MaskReport report) {}

  default void stepDone(StepReport report) {}

  default void evaluated(EvaluationReport report) {}
}
