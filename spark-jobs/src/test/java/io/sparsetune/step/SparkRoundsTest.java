package io.sparsetune.step;

import io.sparsetune.config.RunConfig;
import io.sparsetune.train.RoundsContract;
import io.sparsetune.train.StepExecutor;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Rounds in Spark's tasks. */
class SparkRoundsTest extends RoundsContract {
  @TempDir private Path folder;

  @BeforeEach
  void writeModel() throws IOException {
    TinyModel.write(folder);
  }

  @Override
  protected StepExecutor open(RunConfig config) {
    return SparkStepExecutorTest.open(folder, config, 3, Long.MAX_VALUE);
  }
}
