package io.sparsetune.progress;

import java.util.List;
import java.util.function.Consumer;

/** Tells two listeners everything, one after the other. */
record BothListeners(TrainingListener first, TrainingListener second) implements TrainingListener {
  private void both(Consumer<TrainingListener> event) {
    event.accept(first);
    event.accept(second);
  }

  @Override
  public void identified(String runId) {
    both(listener -> listener.identified(runId));
  }

  @Override
  public void textsCut(long texts, long of, int maxSeqLength) {
    both(listener -> listener.textsCut(texts, of, maxSeqLength));
  }

  @Override
  public void headStarts(List<String> origins) {
    both(listener -> listener.headStarts(origins));
  }

  @Override
  public void warned(String warning) {
    both(listener -> listener.warned(warning));
  }

  @Override
  public void resumed(int step) {
    both(listener -> listener.resumed(step));
  }

  @Override
  public void finishedBefore() {
    both(listener -> listener.finishedBefore());
  }

  @Override
  public void planned(TrainingPlan plan) {
    both(listener -> listener.planned(plan));
  }

  @Override
  public void scored(long examples, long of) {
    both(listener -> listener.scored(examples, of));
  }

  @Override
  public void trainedInRound(long examples, long of) {
    both(listener -> listener.trainedInRound(examples, of));
  }

  @Override
  public void roundDone(RoundReport report, List<StepReport> steps) {
    both(listener -> listener.roundDone(report, steps));
  }

  @Override
  public void maskSelected(MaskReport report) {
    both(listener -> listener.maskSelected(report));
  }

  @Override
  public void stepDone(StepReport report) {
    both(listener -> listener.stepDone(report));
  }

  @Override
  public void evaluated(EvaluationReport report) {
    both(listener -> listener.evaluated(report));
  }
}
