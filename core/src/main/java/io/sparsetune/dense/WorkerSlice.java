package io.sparsetune.dense;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * One logical worker's part of a place's state.
 *
 * @param examples that the worker trained on in the round: its weight
 */
public record WorkerSlice(int worker, long examples, StateSlice slice) implements Serializable {

  /**
   * The workers' mean, weighted by examples: sums in double precision in the workers' order,
   * rounded once. Of one worker it is the worker's own state.
   *
   * @param workers of the same place, each once, in any order; the first worker's has θ⁰
   */
  public static StateSlice mean(List<WorkerSlice> workers) {
    List<WorkerSlice> inOrder =
        workers.stream().sorted(Comparator.comparingInt(WorkerSlice::worker)).toList();
    StateSlice first = inOrder.get(0).slice();
    if (inOrder.size() == 1) {
      return first;
    }
    double examples = inOrder.stream().mapToLong(WorkerSlice::examples).sum();
    float[][] mean = new float[first.state().length][first.length()];
    double[] sums = new double[first.length()];
    for (int a = 0; a < mean.length; a++) {
      Arrays.fill(sums, 0);
      for (WorkerSlice worker : inOrder) {
        float[] values = worker.slice().state()[a];
        for (int i = 0; i < sums.length; i++) {
          sums[i] += (double) worker.examples() * values[i];
        }
      }
      for (int i = 0; i < sums.length; i++) {
        mean[a][i] = (float) (sums[i] / examples);
      }
    }
    return new StateSlice(first.tensor(), first.from(), mean, first.base());
  }
}
