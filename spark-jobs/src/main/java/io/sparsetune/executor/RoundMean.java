package io.sparsetune.executor;

import io.sparsetune.dense.StateSlice;
import io.sparsetune.dense.WorkerSlice;
import io.sparsetune.sums.NotFiniteException;
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
    NotFiniteException failure = null;
    for (Outcome<RoundPart> part : parts) {
      if (part.value() == null) {
        failure = failure == null ? part.notFinite() : first(failure, part.notFinite());
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

  /** The first in the order of messages, whichever comes first. */
  private static NotFiniteException first(NotFiniteException a, NotFiniteException b) {
    return b.getMessage().compareTo(a.getMessage()) < 0 ? b : a;
  }
}
