package io.sparsetune.testing;

import io.sparsetune.mask.ScoreSlice;
import io.sparsetune.random.Randomness;
import io.sparsetune.random.Randomness.Purpose;
import io.sparsetune.state.StateFile;
import io.sparsetune.store.RoundStore;
import io.sparsetune.store.WorkerStore;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A store whose clock is a die: a third of the steps, by a seed, are due. */
public record SometimesDue(RoundStore store, long seed) implements RoundStore {
  private static final AtomicInteger RESTORED = new AtomicInteger();

  /** How many states have been gone on from, by all stores in this JVM. */
  public static int restored() {
    return RESTORED.get();
  }

  @Override
  public RoundStore on(String arithmetic) {
    return new SometimesDue(store.on(arithmetic), seed);
  }

  @Override
  public WorkerStore worker(int round, int worker, Consumer<String> warnings) {
    WorkerStore own = store.worker(round, worker, warnings);
    return new WorkerStore() {
      private final long key = Randomness.key(seed, Purpose.RANDOM_MASK, round, worker);
      private int asked;

      @Override
      public <T> Optional<T> latest(Restorer<T> restorer) {
        Optional<T> latest = own.latest(restorer);
        latest.ifPresent(there -> RESTORED.incrementAndGet());
        return latest;
      }

      @Override
      public boolean due() {
        return Randomness.below(key, asked++, 3) == 0;
      }

      @Override
      public void save(int step, StateFile.Content content) {
        own.save(step, content);
      }
    };
  }

  @Override
  public void saveScores(int round, int part, int parts, Iterator<ScoreSlice> slices) {
    store.saveScores(round, part, parts, slices);
  }

  @Override
  public OptionalInt scoreParts(int round) {
    return store.scoreParts(round);
  }

  @Override
  public List<ScoreSlice> scores(int round, int part, int parts) {
    return store.scores(round, part, parts);
  }

  @Override
  public int requireScores(int round) {
    return store.requireScores(round);
  }

  @Override
  public void removeBefore(int round) {
    store.removeBefore(round);
  }

  @Override
  public void removeTemporary() {
    store.removeTemporary();
  }
}
