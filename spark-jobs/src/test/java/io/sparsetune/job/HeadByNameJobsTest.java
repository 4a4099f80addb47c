package io.sparsetune.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparsetune.error.ConfigException;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.testing.SharedSession;
import io.sparsetune.testing.ToyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs that go on from a base's own classifier, whose rows are in another order than the labels.
 */
class HeadByNameJobsTest {
  private static final String SORTED = "task.labels=[label-0, label-1, label-2]";
  private static final String SWAPPED =
      "{\"0\": \"label-2\", \"1\": \"label-0\", \"2\": \"label-1\"}";

  @TempDir static Path folder;
  private static SparkSession session;
  private static ToyRun toy;

  @BeforeAll
  static void prepare() throws IOException {
    session = SharedSession.get();
    toy = ToyRun.in(folder.resolve("toy"), 0);
    // A base that is right on most rows: the toy run itself, merged.
    train(
        folder.resolve("first"),
        List.of("method.name=full", "method.sparsity=null", "method.score_steps=null"));
    merge(folder.resolve("first"), folder.resolve("merged"));
  }

  /** The merged model with its classifier's rows in the order of {@link #SWAPPED}. */
  private static Path swapped() throws IOException {
    Path run = folder.resolve("swapped-run");
    if (!Files.exists(run)) {
      train(
          run,
          List.of(
              "model.path=" + folder.resolve("merged"),
              "task.labels=[label-2, label-0, label-1]",
              "training.max_steps=1",
              "training.learning_rate=1e-9"));
      merge(run, folder.resolve("swapped"));
      assertThat(config(folder.resolve("swapped")).path("id2label").toString())
          .isEqualTo(new ObjectMapper().readTree(SWAPPED).toString());
    }
    return folder.resolve("swapped");
  }

  private static TrainJob.Result train(Path output, List<String> overrides) {
    return train(output, overrides, TrainingListener.NONE);
  }

  private static TrainJob.Result train(
      Path output, List<String> overrides, TrainingListener listener) {
    List<String> all = new ArrayList<>(List.of("output=" + output));
    all.addAll(overrides);
    return new TrainJob(session)
        .run(
            new TrainJob.Request(toy.config(all.toArray(String[]::new)), Existing.GO_ON, listener));
  }

  private static void merge(Path run, Path output) {
    new MergeJob(new Configuration())
        .run(new MergeJob.Request(run.toString(), output.toString(), Optional.empty(), false));
  }

  private static JsonNode config(Path model) throws IOException {
    return new ObjectMapper().readTree(model.resolve("config.json").toFile());
  }

  private static Map<String, Double> evaluate(Path run) {
    return new EvaluateJob(session)
        .run(
            new EvaluateJob.Request(
                run.toString(),
                Optional.empty(),
                List.of(toy.folder().resolve("validation.jsonl").toString()),
                Optional.empty()))
        .scores();
  }

  private static List<String> oneTinyStep(Path model, String... more) {
    List<String> overrides =
        new ArrayList<>(
            List.of("model.path=" + model, "training.max_steps=1", "training.learning_rate=1e-9"));
    overrides.addAll(List.of(more));
    return overrides;
  }

  @Test
  void theBaseIsAsGoodAtFirstWhateverOrderTheLabelsHave() throws IOException {
    Map<String, Double> own = evaluate(folder.resolve("first"));
    assertThat(own.get("accuracy")).isGreaterThan(0.6);
    Path base = swapped();
    List<String> heard = new ArrayList<>();
    train(
        folder.resolve("default"),
        oneTinyStep(base),
        new TrainingListener() {
          @Override
          public void headStarts(List<String> origins) {
            heard.addAll(origins);
          }
        });
    assertThat(evaluate(folder.resolve("default"))).isEqualTo(own);
    assertThat(heard)
        .containsExactly(
            "pooling: pooler (the model type's own)",
            "pooler: from the base",
            "classifier: from the base, its rows (label-2, label-0, label-1) put into the order of"
                + " the labels");
    train(folder.resolve("sorted"), oneTinyStep(base, SORTED));
    assertThat(evaluate(folder.resolve("sorted"))).isEqualTo(own);
    train(
        folder.resolve("own-order"), oneTinyStep(base, "task.labels=[label-2, label-0, label-1]"));
    assertThat(evaluate(folder.resolve("own-order"))).isEqualTo(own);
    JsonNode run =
        new ObjectMapper().readTree(folder.resolve("default").resolve("run.json").toFile());
    assertThat(run.path("base").path("head").path("pooler").asText()).isEqualTo("from the base");
    assertThat(run.path("base").path("head").path("classifier").asText())
        .startsWith("from the base, its rows (label-2,");
  }

  /** Then the delta holds a part of the head, and the rest follows from the base and the delta. */
  @Test
  void aHeadInTheBudgetStartsFromTheSameRowsWhenTheRunIsReadBack() throws IOException {
    Path run = folder.resolve("in-budget");
    train(run, oneTinyStep(swapped(), "method.head_in_budget=true"));
    assertThat(evaluate(run)).isEqualTo(evaluate(folder.resolve("first")));
    merge(run, folder.resolve("in-budget-merged"));
    Path again = folder.resolve("in-budget-again");
    train(again, oneTinyStep(folder.resolve("in-budget-merged")));
    assertThat(evaluate(again)).isEqualTo(evaluate(folder.resolve("first")));
  }

  @Test
  void otherLabelsAreADrawnClassifierInTheDryRunTooAndAMultiLabelHeadIsNoStart()
      throws IOException {
    Path base = folder.resolve("other-names");
    copy(folder.resolve("merged"), base, "\"label-2\"", "\"label-9\"");
    String text =
        new TrainJob(session)
            .dryRun(
                new TrainJob.Request(
                    toy.config("model.path=" + base, "output=" + folder.resolve("none")),
                    Existing.GO_ON,
                    TrainingListener.NONE))
            .text();
    assertThat(text)
        .contains(
            "  pooler: from the base\n",
            "  classifier: drawn anew (the rows of the base's are label-0, label-1, label-9; the"
                + " labels are label-0, label-1, label-2)\n",
            "an evaluation every 12, and at the end");
    Path multi = folder.resolve("multi-label");
    copy(
        folder.resolve("merged"),
        multi,
        "\"single_label_classification\"",
        "\"multi_label_classification\"");
    assertThatThrownBy(() -> train(folder.resolve("none"), oneTinyStep(multi)))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Cannot go on from the classifier of %s: problem_type in its config.json is"
                    .formatted(multi)
                + " multi_label_classification, but this task gives each example one label. To"
                + " start from it all the same, set problem_type there to"
                + " single_label_classification; to have a new one drawn, take id2label out of it");
    assertThat(folder.resolve("none")).doesNotExist();
  }

  private static void copy(Path from, Path to, String text, String with) throws IOException {
    Files.createDirectories(to);
    for (String name : List.of("model.safetensors", "tokenizer.json")) {
      Files.copy(from.resolve(name), to.resolve(name));
    }
    Files.writeString(
        to.resolve("config.json"),
        Files.readString(from.resolve("config.json")).replace(text, with));
  }
}
