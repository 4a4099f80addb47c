package io.sparsetune.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.progress.EvaluationReport;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.testing.SharedSession;
import io.sparsetune.testing.ToyRun;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Spark's interface, its event log and its metrics tell of a run. */
class OperatorViewTest {
  private static final String METRICS = "metrics:name=*.driver.sparsetune.*,*";

  private record Job(String group, String description, int stages, int rdds) {}

  private final List<Job> jobs = new ArrayList<>();
  private final List<Map<String, Number>> metrics = new ArrayList<>();

  @TempDir private Path folder;

  @Test
  void everyJobHasANameAndAGroupAndStepsCarryNoLineage() throws Exception {
    ToyRun toy = ToyRun.in(folder, 0.1);
    String output = folder.resolve("run").toString();
    train(toy);

    assertThat(jobs).noneMatch(job -> job.group == null || job.description == null);
    String id = jobs.get(jobs.size() - 1).group;
    assertThat(Files.readString(folder.resolve("run/run.json"))).contains("\"" + id);
    assertThat(jobs).extracting(Job::group).containsOnly(output, id);
    assertThat(jobs)
        .extracting(Job::description)
        .contains(
            "reading of data.train · " + output,
            "reading of data.validation · " + output,
            "score round · " + id,
            "initial values · " + id,
            "step 1/33 · " + id,
            "step 33/33 · " + id,
            "evaluation of validation · " + id,
            "release of the engines · " + id);
    List<Job> steps = jobs.stream().filter(job -> job.description.startsWith("step ")).toList();
    assertThat(steps).hasSize(33);
    // The first one brings the lineage of the data.
    assertThat(steps.subList(1, 33)).allMatch(job -> job.stages == 1 && job.rdds == 2);
  }

  @Test
  void theFiguresOfTheTrainingAreAmongSparksMetrics() throws Exception {
    train(ToyRun.in(folder, 0.1));
    Map<String, Number> first = metrics.get(0);
    assertThat(first)
        .containsOnlyKeys(
            "step", "loss", "metric", "bytes_down", "bytes_up", "examples_per_second");
    assertThat(first.get("step")).isEqualTo(12);
    assertThat(first.get("loss").doubleValue()).isPositive();
    assertThat(first.get("metric").doubleValue()).isNaN();
    assertThat(first.get("bytes_down").longValue()).isPositive();
    assertThat(first.get("bytes_up").longValue()).isPositive();
    assertThat(metrics.get(1).get("step")).isEqualTo(24);
    assertThat(metrics.get(1).get("metric").doubleValue()).isBetween(0.0, 1.0);
    assertThat(figures()).isEmpty();
  }

  private void train(ToyRun toy) throws TimeoutException {
    SparkListener listener =
        new SparkListener() {
          @Override
          public void onJobStart(SparkListenerJobStart job) {
            jobs.add(
                new Job(
                    job.properties().getProperty("spark.jobGroup.id"),
                    job.properties().getProperty("spark.job.description"),
                    job.stageInfos().size(),
                    job.stageInfos().head().rddInfos().size()));
          }
        };
    TrainingListener progress =
        new TrainingListener() {
          @Override
          public void evaluated(EvaluationReport report) {
            metrics.add(figures());
          }
        };
    TrainJob.Request request = new TrainJob.Request(toy.config(), Existing.GO_ON, progress);
    SharedSession.listened(listener, () -> new TrainJob(SharedSession.get()).run(request));
  }

  private static Map<String, Number> figures() {
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    Map<String, Number> figures = new TreeMap<>();
    try {
      for (ObjectName name : server.queryNames(new ObjectName(METRICS), null)) {
        String figure = name.getKeyProperty("name").replaceFirst(".*\\.sparsetune\\.", "");
        figures.put(figure, (Number) server.getAttribute(name, "Value"));
      }
    } catch (JMException e) {
      throw new IllegalStateException(e);
    }
    return figures;
  }
}
