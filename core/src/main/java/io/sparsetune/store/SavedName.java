package io.sparsetune.store;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The name of a file of a {@link RoundFolder}: everything counts from 0. */
sealed interface SavedName {
  int round();

  /**
   * A worker's state.
   *
   * @param step steps of the round that it has behind it
   */
  record OfWorker(int round, int worker, int step) implements SavedName {
    private static final Pattern PATTERN =
        Pattern.compile("round-(\\d{4,9})-worker-(\\d{4,9})-step-(\\d{8,9})\\.state");

    @Override
    public String toString() {
      return "round-%04d-worker-%04d-step-%08d.state".formatted(round, worker, step);
    }
  }

  /** One of the parts of a round's scores. */
  record OfScores(int round, int part, int parts) implements SavedName {
    private static final Pattern PATTERN =
        Pattern.compile("round-(\\d{4,9})-scores-(\\d{5,9})-of-(\\d{5,9})\\.state");

    @Override
    public String toString() {
      return "round-%04d-scores-%05d-of-%05d.state".formatted(round, part, parts);
    }
  }

  /** The name that a text is; empty where it is none. */
  static Optional<SavedName> parse(String name) {
    Matcher worker = OfWorker.PATTERN.matcher(name);
    if (worker.matches()) {
      return Optional.of(new OfWorker(number(worker, 1), number(worker, 2), number(worker, 3)));
    }
    Matcher scores = OfScores.PATTERN.matcher(name);
    return scores.matches()
        ? Optional.of(new OfScores(number(scores, 1), number(scores, 2), number(scores, 3)))
        : Optional.empty();
  }

  private static int number(Matcher name, int group) {
    return Integer.parseInt(name.group(group));
  }
}
