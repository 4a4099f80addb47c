package io.sparsetune.sums;

import java.util.OptionalInt;

/** A loss or gradient that is not finite, or out of the range of an exact sum. */
public final class NotFiniteException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final int UNKNOWN = 0;

  private final int step;

  public NotFiniteException(String message) {
    super(message);
    this.step = UNKNOWN;
  }

  private NotFiniteException(int step, NotFiniteException cause) {
    super("at step %d: %s".formatted(step, cause.getMessage()));
    this.step = step;
  }

  /**
   * The same, with the step that it happened at.
   *
   * @param step of the training, from 1
   */
  public NotFiniteException atStep(int step) {
    return new NotFiniteException(step, this);
  }

  /** The step of the training that it happened at, from 1, where that is known. */
  public OptionalInt step() {
    return step == UNKNOWN ? OptionalInt.empty() : OptionalInt.of(step);
  }
}
