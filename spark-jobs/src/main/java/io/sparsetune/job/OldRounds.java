package io.sparsetune.job;

import io.sparsetune.error.DataException;
import io.sparsetune.store.RoundStore;
import java.util.function.Consumer;

/**
 * Removes the saved states of dense rounds that no checkpoint needs any more. That it cannot is no
 * reason to end a training, nor to take its checkpoint for lost. For one thread at a time.
 */
final class OldRounds {
  private final RoundStore store;
  private final Consumer<String> warnings;

  /** Rounds done in the newest checkpoint. */
  private int newest;

  private int removedBefore;

  /**
   * Of a process that has not begun to train.
   *
   * @param done rounds done in the checkpoint that it goes on from; 0 without
   * @param warnings hears what cannot be removed
   */
  OldRounds(RoundStore store, int done, Consumer<String> warnings) {
    this.store = store;
    this.newest = done;
    this.warnings = warnings;
    orWarn(store::removeTemporary);
  }

  /**
   * Hears of a checkpoint that is written. The one before it is kept too, and may be the one to go
   * on from.
   *
   * @param done rounds done in it
   */
  void written(int done) {
    int older = newest;
    newest = done;
    if (older > removedBefore) {
      removedBefore = older;
      orWarn(() -> store.removeBefore(older));
    }
  }

  private void orWarn(Runnable removal) {
    try {
      removal.run();
    } catch (DataException e) {
      warnings.accept(
          e.getMessage()
              + "; the training goes on, and they are removed with all its checkpoints at its end");
    }
  }
}
