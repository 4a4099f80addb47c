package io.sparsetune.train;

import java.util.function.Supplier;

/** Keeps a training's states where they survive the process. */
public interface StateKeeper {
  /** Keeps nothing. */
  StateKeeper NONE = (milestone, change) -> change.get();

  /** The reason for which a state may be worth keeping. */
  enum Milestone {
    /** One sparse step more. */
    STEP,
    /** An evaluation, which may have found the best checkpoint. */
    EVALUATION,
    /** A mask was chosen, or a dense round has ended: what led to it is not repeated. */
    SELECTION
  }

  /**
   * Runs the change from one state to the next, on the thread that trains. States that other
   * threads look at are those before or after it.
   *
   * @param change gives the state that it leads to
   * @return that state
   */
  TrainingState advance(Milestone milestone, Supplier<TrainingState> change);
}
