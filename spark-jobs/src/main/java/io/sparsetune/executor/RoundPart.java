package io.sparsetune.executor;

import io.sparsetune.dense.StateSlice.Place;
import io.sparsetune.dense.WorkerSlice;
import io.sparsetune.work.WorkerSteps;
import java.io.Serializable;

/**
 * A part of what a logical worker leaves: one place's state, or how its steps were.
 *
 * @param slice null for steps
 * @param steps null for a slice
 */
record RoundPart(WorkerSlice slice, WorkerSteps steps) implements Serializable {
  private static final long NO_PLACE = -1;

  /** What it is shuffled by: tensor and first position; −1 for steps, and for a failure. */
  static long key(Outcome<RoundPart> part) {
    if (part.value() == null || part.value().slice() == null) {
      return NO_PLACE;
    }
    Place place = part.value().slice().slice().place();
    return key(place.tensor(), place.from());
  }

  /** That of a place. */
  static long key(int tensor, int from) {
    return (long) tensor << Integer.SIZE | from;
  }

  static boolean isPlace(long key) {
    return key != NO_PLACE;
  }
}
