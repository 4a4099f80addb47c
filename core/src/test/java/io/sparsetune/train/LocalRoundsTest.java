package io.sparsetune.train;

import io.sparsetune.config.RunConfig;

/** Three threads against one, and what one does. */
class LocalRoundsTest extends RoundsContract {
  @Override
  protected StepExecutor open(RunConfig config) {
    return TinyTask.executor(config, 3);
  }
}
