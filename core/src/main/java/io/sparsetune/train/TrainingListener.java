package io.sparsetune.train;

/** Hears how a training goes, on the thread that trains. */
public interface TrainingListener {
  /** Hears nothing. */
  TrainingListener NONE = new TrainingListener() {};

  default void planned(TrainingPlan plan) {}

  default void maskSelected(MaskReport report) {}

  default void stepDone(StepReport report) {}

  default void evaluated(EvaluationReport report) {}
}
