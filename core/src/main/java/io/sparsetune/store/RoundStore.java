package io.sparsetune.store;

import io.sparsetune.mask.ScoreSlice;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Where a run's dense rounds keep their state. It goes to tasks by value. Rounds, workers and parts
 * count from 0.
 */
public interface RoundStore extends Serializable {
  /** Keeps nothing. */
  RoundStore NONE = new NoStore();

  /** The reason for which {@link #NONE} keeps no scores, in words. */
  String KEEPS_NO_SCORES = "nothing that every executor sees keeps what the next round needs";

  /**
   * The same for a run on processors of one kind: what another kind has saved is not used.
   *
   * @param arithmetic what decides the bits of products
   */
  RoundStore on(String arithmetic);

  /**
   * A worker's, from the moment at which it begins to work.
   *
   * @param warnings hears of states that cannot be saved or used
   */
  WorkerStore worker(int round, int worker, Consumer<String> warnings);

  /**
   * Saves a part of the scores that the projection of the next round blends with its own.
   *
   * @throws io.sparsetune.error.DataException where it cannot be written
   */
  void saveScores(int round, int part, int parts, Iterator<ScoreSlice> slices);

  /** How many parts the scores of a round were saved in; empty unless all of them are there. */
  OptionalInt scoreParts(int round);

  /**
   * A part of saved scores.
   *
   * @throws io.sparsetune.error.CorruptFileException where it is damaged, or of another run
   * @throws io.sparsetune.error.DataException where it cannot be read
   */
  List<ScoreSlice> scores(int round, int part, int parts);

  /**
   * The number of parts of the scores that a round needs of the one before.
   *
   * @throws io.sparsetune.error.DataException where they are not there
   */
  int requireScores(int round);

  /**
   * Removes what a run does not need that goes on with a round: the states of workers in rounds
   * before it, and older scores than those of the round just before it.
   *
   * @throws io.sparsetune.error.DataException where they cannot be removed
   */
  void removeBefore(int round);

  /**
   * Removes what killed tasks have left half written. Only for a process that begins, before its
   * first task: afterwards it may be what a living task writes.
   *
   * @throws io.sparsetune.error.DataException where it cannot be removed
   */
  void removeTemporary();
}
