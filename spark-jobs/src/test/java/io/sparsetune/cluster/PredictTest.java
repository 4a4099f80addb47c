package io.sparsetune.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.cluster.SparkSubmit.Outcome;
import io.sparsetune.job.Existing;
import io.sparsetune.job.TrainJob;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.testing.SharedSession;
import io.sparsetune.testing.ToyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code predict} where the model has to travel to executors of their own. */
@Tag("cluster")
class PredictTest {
  private static final String EXECUTORS = "local-cluster[2,1,1024]";

  @TempDir static Path folder;
  private static ToyRun toy;
  private static List<String> expected;

  @BeforeAll
  static void trainAndPredictInOneProcess() throws Exception {
    toy = ToyRun.in(folder.resolve("toy"), 0);
    new TrainJob(SharedSession.get())
        .run(
            new TrainJob.Request(
                toy.config("training.max_steps=2"), Existing.GO_ON, TrainingListener.NONE));
    expected = predict(SparkSubmit.on("local[2]"), "one-process");
    assertThat(expected).hasSize(53).allMatch(row -> row.contains("\"prediction\":"));
  }

  @Test
  void executorsGiveTheSameRows() throws Exception {
    assertThat(predict(SparkSubmit.on(EXECUTORS).fast(), "executors")).isEqualTo(expected);
  }

  @Test
  void theSameJarOnSpark35() throws Exception {
    assertThat(predict(SparkSubmit.onSpark35(EXECUTORS), "spark-35")).isEqualTo(expected);
  }

  private static List<String> predict(SparkSubmit submit, String name)
      throws IOException, InterruptedException {
    Path output = folder.resolve(name);
    Outcome outcome =
        submit.run(
            folder.resolve(name + "-process"),
            "predict",
            toy.folder().resolve("run").toString(),
            "--data",
            toy.folder().resolve("validation.jsonl").toString(),
            "--out",
            output.toString());
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    List<String> rows = new ArrayList<>();
    try (Stream<Path> files = Files.list(output)) {
      for (Path file :
          files.filter(f -> f.getFileName().toString().startsWith("part-")).sorted().toList()) {
        rows.addAll(Files.readAllLines(file));
      }
    }
    return rows;
  }
}
