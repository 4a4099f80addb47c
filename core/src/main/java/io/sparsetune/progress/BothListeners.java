package io.sparsetune.progress;

import java.util.List;

/** Tells two listeners everything, one after the other. */
record BothListeners(TrainingListener first, TrainingListener second) implements TrainingListener {
  @Override
  public void identified(String runId) {
    first.identified(runId);
    second.identified(runId);
  }

  @Override
  public void textsCut(long texts, long of, int maxSeqLength) {
    first.textsCut(texts, of, maxSeqLength);
    second.textsCut(texts, of, maxSeqLength);
  }

  @Override
  public void headStarts(List<String> origins) {
    first.headStarts(origins);
    second.headStarts(origins);
  }

  @Override
  public void warned(String warning) {
    first.warned(warning);
    second.warned(warning);
  }

  @Override
  public void resumed(int step) {
    first.resumed(step);
    second.resumed(step);
  }

  @Override
  public void finishedBefore() {
    first.finishedBefore();
    second.finishedBefore();
  }

  @Override
  public void planned(TrainingPlan plan) {
    first.planned(plan);
    second.planned(plan);
  }

  @Override
  public void scored(long examples, long of) {
    first.scored(examples, of);
    second.scored(examples, of);
  }

  @Override
  public void trainedInRound(long examples, long of) {
    first.trainedInRound(examples, of);
    second.trainedInRound(examples, of);
  }

  @Override
  public void roundDone(RoundReport report, List<StepReport> steps) {
    first.roundDone(report, steps);
    second.roundDone(report, steps);
  }

  @Override
  public void maskSelected(MaskReport report) {
    first.maskSelected(report);
    second.maskSelected(report);
  }

  @Override
  public void stepDone(StepReport report) {
    first.stepDone(report);
    second.stepDone(report);
  }

  @Override
  public void evaluated(EvaluationReport report) {
    first.evaluated(report);
    second.evaluated(report);
  }
}
