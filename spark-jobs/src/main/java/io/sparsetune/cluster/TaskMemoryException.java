package io.sparsetune.cluster;

import java.util.function.Supplier;

/**
 * A task's memory was not enough. Spark ends a process at once on an {@link OutOfMemoryError},
 * before the driver hears why; here one array was too large, and the process can go on.
 */
public final class TaskMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** The error is no cause: Spark looks for one. */
  TaskMemoryException(String message) {
    super(message);
  }

  /**
   * What the work gives.
   *
   * @throws TaskMemoryException where it throws an {@link OutOfMemoryError}
   */
  public static <T> T insteadOfError(Supplier<T> work) {
    try {
      return work.get();
    } catch (OutOfMemoryError e) {
      throw new TaskMemoryException(String.valueOf(e.getMessage()));
    }
  }
}
