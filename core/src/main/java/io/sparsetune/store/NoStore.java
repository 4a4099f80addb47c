package io.sparsetune.store;

import io.sparsetune.error.DataException;
import io.sparsetune.mask.ScoreSlice;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** A store that keeps nothing. */
final class NoStore implements RoundStore {
  private static final long serialVersionUID = 1;

  @Override
  public RoundStore on(String arithmetic) {
    return this;
  }

  @Override
  public WorkerStore worker(int round, int worker, Consumer<String> warnings) {
    return WorkerStore.NONE;
  }

  @Override
  public void saveScores(int round, int part, int parts, Iterator<ScoreSlice> slices) {}

  @Override
  public OptionalInt scoreParts(int round) {
    return OptionalInt.empty();
  }

  @Override
  public List<ScoreSlice> scores(int round, int part, int parts) {
    throw new IllegalArgumentException("Invalid round: no scores of %d are kept".formatted(round));
  }

  @Override
  public int requireScores(int round) {
    throw new DataException(
        ("Cannot go on with round %d: executors cannot read the scores of the round before, which"
                + " this one needs; go on with the master that the run began with, or start it again"
                + " with --overwrite")
            .formatted(round + 1));
  }

  @Override
  public void removeBefore(int round) {}

  @Override
  public void removeTemporary() {}
}
