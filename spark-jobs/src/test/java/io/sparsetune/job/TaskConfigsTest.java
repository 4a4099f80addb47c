package io.sparsetune.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.config.RunConfig;
import io.sparsetune.config.RunConfigParser;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.testing.SharedSession;
import io.sparsetune.testing.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The configurations of the paper's tasks, a few steps of each on small files of the same shapes.
 * Where {@code -Dtask.data.dir} names a folder that has a configuration's files, they are read
 * instead.
 */
class TaskConfigsTest {
  private static final Path CONFIGS = Path.of("../conf/tasks");
  private static final int ROWS = 40;

  @TempDir static Path folder;
  private static SparkSession session;
  private static int maxTokens;

  @BeforeAll
  static void model() throws IOException {
    session = SharedSession.get();
    TestModels.golden(folder.resolve("model"), 0.1);
    maxTokens = TestModels.goldenMaxTokens();
  }

  @ParameterizedTest
  @CsvSource({
    "cola, 'accuracy f1 f1_macro matthews accuracy_f1 accuracy_f1_macro'",
    "mrpc, 'accuracy f1 f1_macro matthews accuracy_f1 accuracy_f1_macro'",
    "rte, 'accuracy f1 f1_macro matthews accuracy_f1 accuracy_f1_macro'",
    "stsb, 'pearson spearman pearson_spearman'",
    "cb, 'accuracy f1_macro matthews accuracy_f1_macro'",
    "copa, accuracy",
    "wsc, 'accuracy f1 f1_macro matthews accuracy_f1 accuracy_f1_macro'"
  })
  void everyTaskTrainsAndIsScoredOnItsOwnFiles(String task, String scores) throws IOException {
    RunConfig config = config(task);
    TrainJob.Result result =
        new TrainJob(session)
            .run(new TrainJob.Request(config, Existing.GO_ON, TrainingListener.NONE));
    assertThat(result.steps()).isEqualTo(3);
    assertThat(result.metric()).isEqualTo(config.task().metric().key());
    assertThat(result.validation()).containsOnlyKeys(scores.split(" "));
    assertThat(result.test()).containsOnlyKeys(scores.split(" "));
    EvaluateJob.Result evaluated =
        new EvaluateJob(session)
            .run(
                new EvaluateJob.Request(
                    config.output(), Optional.empty(), config.data().test(), Optional.empty()));
    assertThat(evaluated.scores()).isEqualTo(result.test());
    assertThat(evaluated.skipped()).isZero();
    meansAreThoseOfTheirParts(evaluated.scores());
  }

  private static void meansAreThoseOfTheirParts(Map<String, Double> scores) {
    for (List<String> mean :
        List.of(
            List.of("accuracy_f1", "accuracy", "f1"),
            List.of("accuracy_f1_macro", "accuracy", "f1_macro"),
            List.of("pearson_spearman", "pearson", "spearman"))) {
      if (scores.containsKey(mean.get(0))) {
        assertThat(scores.get(mean.get(0)))
            .isEqualTo((scores.get(mean.get(1)) + scores.get(mean.get(2))) / 2);
      }
    }
  }

  @Test
  void thereIsAConfigurationForEachOfThePapersTasks() throws IOException {
    try (Stream<Path> files = Files.list(CONFIGS)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "cola.yaml",
              "mrpc.yaml",
              "rte.yaml",
              "stsb.yaml",
              "cb.yaml",
              "copa.yaml",
              "wsc.yaml");
    }
  }

  private static RunConfig config(String task) throws IOException {
    Path file = CONFIGS.resolve(task + ".yaml");
    RunConfig own = RunConfigParser.read(file, List.of());
    List<String> overrides =
        new ArrayList<>(
            List.of(
                "model.path=" + folder.resolve("model"),
                "data.train=" + data(task, own.data().train()),
                "data.test=" + data(task, own.data().test()),
                "data.max_seq_length=" + maxTokens,
                "method.sparsity=0.05",
                "training.max_steps=3",
                "training.batch_size=4",
                "training.micro_batch_size=2",
                "output=" + folder.resolve("run-" + task)));
    if (!own.data().validation().isEmpty()) {
      overrides.add("data.validation=" + data(task, own.data().validation()));
    }
    return RunConfigParser.read(file, overrides);
  }

  /** The only file of a list: the real one, or one of rows like its own. */
  private static Path data(String task, List<String> paths) throws IOException {
    assertThat(paths).hasSize(1);
    assertThat(paths.get(0)).startsWith("data/");
    String real = System.getProperty("task.data.dir", "");
    Path there = Path.of(real, paths.get(0).substring("data/".length()));
    if (!real.isEmpty() && Files.exists(there)) {
      return there.toAbsolutePath();
    }
    Path written = folder.resolve(paths.get(0));
    Files.createDirectories(written.getParent());
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      lines.add(row(task, i));
    }
    return Files.write(written, lines);
  }

  private static String row(String task, int i) {
    int word = 4 + i % 7;
    return switch (task) {
      case "cola" ->
          """
          {"idx": %d, "label": "%d", "text": "w%d w5 w6 %d"}\
          """
              .formatted(i, i % 2, word, i);
      case "mrpc" ->
          """
          {"idx": %d, "label": "%d", "text_a": "w%d w5", "text_b": "w6 w7 %d"}\
          """
              .formatted(i, i % 2, word, i);
      case "rte" ->
          """
          {"idx": %d, "label": "%s", "premise": "w%d w5", "hypothesis": "w6 %d"}\
          """
              .formatted(i, i % 2 == 0 ? "entailment" : "not_entailment", word, i);
      case "stsb" ->
          """
          {"idx": %d, "label": %s, "text_a": "w%d w5", "text_b": "w6 w7 %d"}\
          """
              .formatted(i, i % 6 == 0 ? "3.6429998874664307" : i % 6, word, i);
      case "cb" ->
          """
          {"premise": "w%d w5", "hypothesis": "w6 %d", "label": "%s", "idx": %d}\
          """
              .formatted(word, i, List.of("entailment", "contradiction", "neutral").get(i % 3), i);
      case "copa" ->
          """
          {"premise": "w%d %d.", "choice1": "w5.", "choice2": "w6 w7.", "question": "%s", "label": %d, "idx": %d}\
          """
              .formatted(word, i, i % 3 == 0 ? "cause" : "effect", i % 2, i);
      case "wsc" ->
          """
          {"text": "w%d told w5 %d, which w6 believed.", "target": {"span1_index": 0, "span2_index": 5, \
          "span1_text": "w%d", "span2_text": "w6"}, "idx": %d, "label": %s}\
          """
              .formatted(word, i, word, i, i % 2 == 0);
      default -> throw new IllegalArgumentException("Unknown task: " + task);
    };
  }
}
