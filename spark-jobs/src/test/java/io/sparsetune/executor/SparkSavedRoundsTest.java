package io.sparsetune.executor;

import io.sparsetune.config.RunConfig;
import io.sparsetune.hadoop.HadoopSource;
import io.sparsetune.store.RoundFolder;
import io.sparsetune.store.RoundStore;
import io.sparsetune.testing.SharedSession;
import io.sparsetune.train.SavedRoundsContract;
import io.sparsetune.train.StepExecutor;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Rounds in Spark's tasks, some of which fail, and some of which Spark tries again. */
class SparkSavedRoundsTest extends SavedRoundsContract {
  @TempDir private Path model;

  @BeforeEach
  void writeModel() throws IOException {
    TinyModel.write(model);
  }

  @Override
  protected StepExecutor open(RunConfig config, RoundStore store) {
    return SparkStepExecutorTest.open(model, config, 3, Long.MAX_VALUE, store);
  }

  /** As when executors are lost. */
  @Override
  protected void loseWhatIsKept() {
    JavaSparkContext.fromSparkContext(SharedSession.get().sparkContext())
        .getPersistentRDDs()
        .values()
        .forEach(rdd -> rdd.unpersist(true));
  }

  @Override
  protected RoundFolder.Source source(Path folder) {
    return HadoopSource.of(
        folder.toString(), SharedSession.get().sparkContext().hadoopConfiguration());
  }
}
