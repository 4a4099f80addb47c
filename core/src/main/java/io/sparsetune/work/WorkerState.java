package io.sparsetune.work;

import io.sparsetune.dense.StateSlice;
import io.sparsetune.dense.StateSlice.Place;
import io.sparsetune.dense.WorkerSlice;
import io.sparsetune.mask.Mask;

/**
 * A logical worker at the end of a round. Its arrays are not copied.
 *
 * @param state [arrays][dense.size()]
 * @param base θ⁰, [dense.size()]
 */
public record WorkerState(WorkerSteps steps, Mask dense, float[][] state, float[] base) {

  /** A copy of the worker's part of a place. */
  public WorkerSlice slice(Place place) {
    StateSlice slice = StateSlice.cut(place, dense, state, base);
    // All workers have the same θ⁰: one of them sends it.
    return new WorkerSlice(
        steps.worker(), steps.examples(), steps.worker() == 0 ? slice : slice.withoutBase());
  }
}
