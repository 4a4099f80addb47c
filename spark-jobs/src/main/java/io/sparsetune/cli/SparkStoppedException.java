package io.sparsetune.cli;

/**
 * Spark ended while a command needed it: no master answered, say, or the cluster ended it. Whatever
 * fails for that reason, the reading of a file even, says nothing of the input.
 */
final class SparkStoppedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  SparkStoppedException(String master, Throwable cause) {
    super(
        "Spark on %s has stopped. Its own messages may say why; --stacktrace shows what failed then."
            .formatted(master),
        cause);
  }
}
