package io.sparsetune.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparsetune.config.RunConfigParser;
import io.sparsetune.delta.DeltaFile;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.files.ByteSource;
import io.sparsetune.job.PredictJob.OutputFormat;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.testing.SharedSession;
import io.sparsetune.testing.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A multiple choice from its rows to predictions and a merged model. */
class ChoiceJobsTest {
  private static final int ROWS = 96;
  private static final String SAM = "{name: sam, sparsity: 0.2, score_steps: 2}";

  @TempDir static Path folder;
  private static SparkSession session;
  private static TrainJob.Result result;

  /** Of three choices, the one with w5 is right; one comes at each place. */
  @BeforeAll
  static void train() throws IOException {
    session = SharedSession.get();
    TestModels.golden(folder.resolve("model"), 0);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      int right = i * 7 % 3;
      List<String> choices = new ArrayList<>();
      for (int c = 0; c < 3; c++) {
        choices.add(
            "w%d ".formatted(7 + (i + c) % 4).repeat(1 + (i + c) % 3)
                + (c == right ? "w5 w5" : "w4"));
      }
      lines.add(
          """
          {"id": %d, "premise": "w%d w6", "a": "%s", "b": "%s", "c": "%s", "label": %d}\
          """
              .formatted(i, 6 + i % 5, choices.get(0), choices.get(1), choices.get(2), right));
    }
    Files.write(folder.resolve("rows.jsonl"), lines);
    result = train("run", 1, SAM);
  }

  private static TrainJob.Result train(String run, int partitions, String method) {
    String yaml =
        """
        model: {path: '%1$s/model'}
        task: {type: multiple_choice, text: premise, choices: [a, b, c]}
        data: {train: '%1$s/rows.jsonl', validation: 0.25, max_seq_length: 16}
        method: %3$s
        training: {learning_rate: 3e-3, max_steps: 30, batch_size: 12, micro_batch_size: 4}
        output: '%1$s/%2$s'
        """
            .formatted(folder, run, method);
    session.sparkContext().conf().set("spark.sparsetune.partitions", "" + partitions);
    try {
      return new TrainJob(session)
          .run(
              new TrainJob.Request(
                  RunConfigParser.parse(yaml, "test", List.of()),
                  Existing.GO_ON,
                  TrainingListener.NONE));
    } finally {
      session.sparkContext().conf().remove("spark.sparsetune.partitions");
    }
  }

  @Test
  void theRunLearnsWhichChoiceIsRight() throws IOException {
    assertThat(result.metric()).isEqualTo("accuracy");
    assertThat(result.validation()).containsOnlyKeys("accuracy");
    assertThat(result.validation().get("accuracy")).isGreaterThan(0.9);
    JsonNode written = new ObjectMapper().readTree(folder.resolve("run/result.json").toFile());
    assertThat(written.path("validation")).hasSize(1);
  }

  @Test
  void theDeltaIsTheSameForAnyNumberOfPartitions() {
    assertThat(train("again", 3, SAM).deltaSha256()).isEqualTo(result.deltaSha256());
  }

  @Test
  void predictionsAreTheChoicesIndicesAndTheirProbabilities() {
    PredictJob.Result predicted =
        new PredictJob(session)
            .run(
                new PredictJob.Request(
                    folder.resolve("run").toString(),
                    Optional.empty(),
                    List.of(folder.resolve("rows.jsonl").toString()),
                    Optional.empty(),
                    folder.resolve("predicted").toString(),
                    OutputFormat.PARQUET,
                    false));
    assertThat(predicted.rows()).isEqualTo(ROWS);
    Dataset<Row> rows = session.read().parquet(folder.resolve("predicted").toString());
    int right = 0;
    for (Row row : rows.collectAsList()) {
      String choice = row.getAs("prediction");
      assertThat(choice).isIn("0", "1", "2");
      right += choice.equals(row.getAs("label").toString()) ? 1 : 0;
      var probabilities = row.<String, Double>getJavaMap(row.fieldIndex("probabilities"));
      assertThat(probabilities).containsOnlyKeys("0", "1", "2");
      assertThat(probabilities.get(choice)).isEqualTo(row.<Double>getAs("probability"));
      assertThat(probabilities.values().stream().mapToDouble(p -> p).sum())
          .isBetween(1 - 1e-9, 1 + 1e-9);
    }
    assertThat(right).isGreaterThan(ROWS * 9 / 10);
  }

  /** Added tensors and dense rounds take examples of several sequences as masks do. */
  @ParameterizedTest
  @ValueSource(strings = {"{name: adapter, size: 8}", "{name: child, sparsity: 0.2}"})
  void otherMethodsLearnItToo(String method) {
    String run = "run-" + method.replaceAll("\\W+", "-");
    assertThat(train(run, 2, method).validation().get("accuracy")).isGreaterThan(0.6);
  }

  @Test
  void peftTakesAnAdapterOfChoicesWithoutATypeOfTask() throws IOException {
    TrainJob.Result lora = train("lora", 2, "{name: lora, rank: 4}");
    assertThat(lora.validation().get("accuracy")).isGreaterThan(0.6);
    String out = folder.resolve("peft").toString();
    new ExportJob(session.sparkContext().hadoopConfiguration())
        .run(new ExportJob.Request(lora.output(), out, ExportFormat.PEFT, Optional.empty(), false));
    JsonNode config = new ObjectMapper().readTree(Path.of(out, "adapter_config.json").toFile());
    assertThat(config.path("peft_type").asText()).isEqualTo("LORA");
    assertThat(config.path("task_type").isNull()).isTrue();
  }

  @Test
  void theMergedModelHasOneScoreForAChoice() throws IOException {
    new MergeJob(session.sparkContext().hadoopConfiguration())
        .run(
            new MergeJob.Request(
                folder.resolve("run").toString(),
                folder.resolve("merged").toString(),
                Optional.empty(),
                false));
    JsonNode config = new ObjectMapper().readTree(folder.resolve("merged/config.json").toFile());
    assertThat(config.path("architectures").path(0).asText()).isEqualTo("BertForMultipleChoice");
    SparseDelta delta = DeltaFile.read(ByteSource.local(folder.resolve("run/delta.safetensors")));
    float[] expected =
        BaseModel.open(folder.resolve("model")).load(delta.info().spec(), delta.info().seed());
    delta.apply(expected);
    assertThat(BaseModel.open(folder.resolve("merged")).load(delta.info().spec(), 0))
        .isEqualTo(expected);
  }
}
