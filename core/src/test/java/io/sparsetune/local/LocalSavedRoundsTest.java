package io.sparsetune.local;

import io.sparsetune.config.RunConfig;
import io.sparsetune.store.RoundStore;
import io.sparsetune.train.SavedRoundsContract;
import io.sparsetune.train.StepExecutor;
import io.sparsetune.train.TinyTask;

class LocalSavedRoundsTest extends SavedRoundsContract {
  @Override
  protected StepExecutor open(RunConfig config, RoundStore store) {
    return TinyTask.executor(config, 2, store);
  }
}
