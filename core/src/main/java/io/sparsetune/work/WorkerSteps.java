package io.sparsetune.work;

import io.sparsetune.sums.GradientSum;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** What a logical worker's steps in a round were like. Not thread-safe. */
public final class WorkerSteps implements Serializable {
  private static final long serialVersionUID = 1;

  private final int worker;
  private final double[] losses;
  private final double[] norms;
  private final long[] examples;
  private final long[] tokens;

  WorkerSteps(int worker, int count) {
    this.worker = worker;
    this.losses = new double[count];
    this.norms = new double[count];
    this.examples = new long[count];
    this.tokens = new long[count];
  }

  /**
   * @param penalty on top of the examples' loss
   */
  void record(int number, GradientSum sum, double penalty, double norm) {
    losses[number] = sum.meanLoss() + penalty;
    norms[number] = norm;
    examples[number] = sum.examples();
    tokens[number] = sum.tokens();
  }

  int worker() {
    return worker;
  }

  /** In the whole round. */
  public long examples() {
    return Arrays.stream(examples).sum();
  }

  /** All workers' steps together: means are weighted by examples, in the workers' order. */
  public static List<RoundStep> together(List<WorkerSteps> workers) {
    List<WorkerSteps> inOrder =
        workers.stream().sorted(Comparator.comparingInt(WorkerSteps::worker)).toList();
    RoundStep[] steps = new RoundStep[inOrder.get(0).losses.length];
    for (int i = 0; i < steps.length; i++) {
      double loss = 0;
      double norm = 0;
      long allExamples = 0;
      long allTokens = 0;
      for (WorkerSteps each : inOrder) {
        loss += each.losses[i] * each.examples[i];
        norm += each.norms[i] * each.examples[i];
        allExamples += each.examples[i];
        allTokens += each.tokens[i];
      }
      steps[i] = new RoundStep(loss / allExamples, norm / allExamples, allExamples, allTokens);
    }
    return List.of(steps);
  }
}
