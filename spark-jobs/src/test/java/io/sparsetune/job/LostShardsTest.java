package io.sparsetune.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.progress.StepReport;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.testing.SharedSession;
import io.sparsetune.testing.ToyRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.storage.RDDBlockId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Steps whose shards an executor has taken with it. */
class LostShardsTest {
  private final List<String> jobs = new ArrayList<>();

  @TempDir private Path folder;

  @Test
  void theStepIsRunAgainOnWhatIsReadAgainAndTheBitsStay() throws Exception {
    ToyRun toy = ToyRun.in(folder, 0.1);
    SparkListener listener =
        new SparkListener() {
          @Override
          public void onJobStart(SparkListenerJobStart job) {
            jobs.add(job.properties().getProperty("spark.job.description"));
          }
        };
    TrainingListener progress =
        new TrainingListener() {
          @Override
          public void stepDone(StepReport report) {
            if (report.step() == 20) {
              loseShards();
            }
          }
        };
    TrainJob.Request request = new TrainJob.Request(toy.config(), Existing.GO_ON, progress);
    SharedSession.listened(listener, () -> new TrainJob(SharedSession.get()).run(request));
    assertThat(Files.readAllBytes(folder.resolve("run/delta.safetensors")))
        .isEqualTo(LocalRun.delta(toy.config()));
    assertThat(jobs.stream().filter(name -> name.startsWith("step 20/"))).hasSize(1);
    assertThat(jobs.stream().filter(name -> name.startsWith("step 21/"))).hasSize(2);
    assertThat(jobs.stream().filter(name -> name.startsWith("step 22/"))).hasSize(1);
  }

  private static void loseShards() {
    JavaSparkContext.fromSparkContext(SharedSession.get().sparkContext())
        .getPersistentRDDs()
        .values()
        .stream()
        .filter(rdd -> "training data".equals(rdd.name()))
        .forEach(
            rdd -> SparkEnv.get().blockManager().removeBlock(new RDDBlockId(rdd.id(), 0), true));
  }
}
