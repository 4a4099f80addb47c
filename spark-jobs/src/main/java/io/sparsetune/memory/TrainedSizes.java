package io.sparsetune.memory;

import io.sparsetune.mask.ScoreSource;
import io.sparsetune.method.Evidence;
import io.sparsetune.method.MaskMethod;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.method.Methods;
import io.sparsetune.params.ParameterLayout;
import java.util.LongSummaryStatistics;

/**
 * How much a run will train: known before any mask is.
 *
 * @param n parameters that the mask ranges over
 * @param k size of the mask
 * @param head parameters trained beside it
 * @param scored parameters that a score round sums gradients of; 0 without one
 * @param largestScored of them, those of the largest tensor
 */
public record TrainedSizes(long n, long k, long head, long scored, long largestScored) {

  /** The sizes of a mask that is still to be chosen. */
  public static TrainedSizes of(MaskProblem problem) {
    ParameterLayout layout = problem.layout();
    MaskMethod rule = problem.config().method();
    long k =
        rule.hasBudget()
            ? rule.goal(problem).size()
            : rule.mask(problem, ScoreSource.none()).size();
    long head =
        Methods.headTensors(layout, problem.config()).stream()
            .mapToLong(tensor -> layout.tensor(tensor).size())
            .sum();
    LongSummaryStatistics scored = new LongSummaryStatistics();
    if (rule.evidence(problem) instanceof Evidence.GradientSums) {
      problem.scope().tensors().forEach(tensor -> scored.accept(layout.tensor(tensor).size()));
    }
    return new TrainedSizes(
        rule.parameters(problem), k, head, scored.getSum(), Math.max(0, scored.getMax()));
  }

  public long trained() {
    return k + head;
  }
}
