package io.sparsetune.faults;

/** A schedule that did not end as it has to. */
final class FailedScheduleException extends RuntimeException {
  private static final long serialVersionUID = 1;

  FailedScheduleException(String message) {
    super(message);
  }
}
