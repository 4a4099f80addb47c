package io.sparsetune.sums;

/** A loss or gradient that is not finite, or out of the range of an exact sum. */
public final class NotFiniteException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public NotFiniteException(String message) {
    super(message);
  }
}
