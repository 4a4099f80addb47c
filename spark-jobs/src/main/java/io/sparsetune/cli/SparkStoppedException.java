package io.sparsetune.cli;

/** Spark ended by itself while a command needed it: no master answered, or a cluster ended it. */
final class SparkStoppedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  SparkStoppedException(String master, Throwable cause) {
    super("Spark on %s has stopped; its own messages say why.".formatted(master), cause);
  }
}
