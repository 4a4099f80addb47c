package io.sparsetune.progress;

/** Hears how far a score round is, on any thread, now and then. */
@FunctionalInterface
public interface ScoreProgress {
  /** Hears nothing. */
  ScoreProgress NONE = (examples, of) -> {};

  /**
   * @param examples done so far; those of a task that failed count until it is known
   * @param of all examples of the round; one that takes two passes counts them twice
   */
  void scored(long examples, long of);
}
