package io.sparsetune.executor;

import io.sparsetune.dense.StateSlice;
import io.sparsetune.dense.WorkerSlice;
import io.sparsetune.work.WorkerSteps;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What the logical workers' parts of one key become: a place's mean, or all workers' steps.
 *
 * @param slice null for steps
 * @param steps empty for a slice
 */
record RoundMean(StateSlice slice, List<WorkerSteps> steps) implements Serializable {

  /** The first failure where there is one. */
  static Outcome<RoundMean> of(Iterable<Outcome<RoundPart>> parts) {
    List<WorkerSlice> slices = new ArrayList<>();
    List<WorkerSteps> steps = new ArrayList<>();
    String failure = null;
    for (Outcome<RoundPart> part : parts) {
      if (part.value() == null) {
        failure =
            failure == null || part.notFinite().compareTo(failure) < 0 ? part.notFinite() : failure;
      } else if (part.value().slice() == null) {
        steps.add(part.value().steps());
      } else {
        slices.add(part.value().slice());
      }
    }
    if (failure != null) {
      return new Outcome<>(null, failure);
    }
    return new Outcome<>(
        new RoundMean(slices.isEmpty() ? null : WorkerSlice.mean(slices), steps), null);
  }
}
