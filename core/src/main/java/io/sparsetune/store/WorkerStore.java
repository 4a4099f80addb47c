package io.sparsetune.store;

import io.sparsetune.state.StateFile;
import io.sparsetune.state.StateReader;
import java.util.Optional;

/**
 * Where one logical worker keeps its state during one round. When it is saved is a matter of time;
 * that it goes on from there touches no bit. For one thread.
 */
public interface WorkerStore {
  /** Keeps nothing. */
  WorkerStore NONE =
      new WorkerStore() {
        @Override
        public <T> Optional<T> latest(Restorer<T> restorer) {
          return Optional.empty();
        }

        @Override
        public boolean due() {
          return false;
        }

        @Override
        public void save(int step, StateFile.Content content) {}
      };

  /** Makes something of a saved state. */
  @FunctionalInterface
  interface Restorer<T> {
    /**
     * @param step steps of the round that the state has behind it
     */
    T restore(int step, StateReader in);
  }

  /**
   * Restores the latest state that can be read; empty where there is none.
   *
   * @param restorer is asked again where it refuses a state; nothing it did before counts then
   */
  <T> Optional<T> latest(Restorer<T> restorer);

  /** Whether it is time to save. */
  boolean due();

  /**
   * Saves. Where that fails the worker goes on all the same.
   *
   * @param step steps of the round that the state has behind it
   */
  void save(int step, StateFile.Content content);
}
