package io.sparsetune.train;

/** Hears how a training goes, on the thread that trains unless it is said. */
public interface TrainingListener {
  /** Hears nothing. */
  TrainingListener NONE = new TrainingListener() {};

  default void planned(TrainingPlan plan) {}

  /** {@link ScoreProgress}; on any thread, while the one that trains waits. */
  default void scored(long examples, long of) {}

  default void maskSelected(MaskReport report) {}

  default void stepDone(StepReport report) {}

  default void evaluated(EvaluationReport report) {}
}
