package io.sparsetune.work;

import io.sparsetune.state.StateReader;
import io.sparsetune.state.StateWriter;
import io.sparsetune.sums.GradientSum;
import java.io.IOException;
import java.io.Serializable;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntConsumer;

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

  /** Writes the first of them. */
  void save(int count, StateWriter out) throws IOException {
    out.doubles("losses", Arrays.copyOf(losses, count));
    out.doubles("norms", Arrays.copyOf(norms, count));
    out.longs("examples", Arrays.copyOf(examples, count));
    out.longs("tokens", Arrays.copyOf(tokens, count));
  }

  /** Takes over the first of them as they were saved. */
  void restore(int count, StateReader in) {
    copy(in.doubles("losses"), losses, count);
    copy(in.doubles("norms"), norms, count);
    copy(in.longs("examples"), examples, count);
    copy(in.longs("tokens"), tokens, count);
  }

  private static void copy(Object saved, Object into, int count) {
    if (Array.getLength(saved) != count || count > Array.getLength(into)) {
      throw new IllegalArgumentException(
          "Invalid number of steps: %d of %d"
              .formatted(Array.getLength(saved), Array.getLength(into)));
    }
    System.arraycopy(saved, 0, into, 0, count);
  }

  /** Tells of the examples of each step that had any. */
  void heard(IntConsumer done) {
    for (long each : examples) {
      if (each > 0) {
        done.accept((int) each);
      }
    }
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
