package io.sparsetune.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparsetune.delta.DeltaFile;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.job.PredictJob.OutputFormat;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.run.RunManifest;
import io.sparsetune.testing.SharedSession;
import io.sparsetune.testing.TestModels;
import io.sparsetune.testing.ToyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every job on one small run, in this process. */
class JobsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Configuration HADOOP = new Configuration();

  @TempDir static Path folder;
  private static SparkSession session;
  private static ToyRun toy;
  private static Path run;
  private static TrainJob.Result result;

  @BeforeAll
  static void train() throws IOException {
    session = SharedSession.get();
    toy = ToyRun.in(folder.resolve("toy"), 0.1);
    run = toy.folder().resolve("run");
    result =
        new TrainJob(session)
            .run(new TrainJob.Request(toy.config(), Existing.GO_ON, TrainingListener.NONE));
  }

  @Test
  void aFinishedRunHasItsFilesAndNothingElse() throws IOException {
    try (Stream<Path> files = Files.list(run)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "run.json", "metrics.jsonl", "delta.safetensors", "result.json", "_SUCCESS");
    }
  }

  @Test
  void metricsAreLinesOfStepsAndEvaluations() throws IOException {
    List<Integer> steps = new ArrayList<>();
    List<Integer> evaluations = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      JsonNode json = JSON.readTree(line);
      if (json.has("loss")) {
        assertThat(json.path("loss").asDouble()).isPositive();
        steps.add(json.path("step").asInt());
      } else {
        assertThat(json.path("validation_accuracy").asDouble()).isBetween(0.0, 1.0);
        evaluations.add(json.path("step").asInt());
      }
    }
    assertThat(steps).containsExactly(5, 10, 15, 20, 25, 30, 33);
    assertThat(evaluations).containsExactly(12, 24, 33);
  }

  @Test
  void theResultSaysWhatWasTrainedAndMoved() throws IOException {
    JsonNode json = JSON.readTree(run.resolve("result.json").toFile());
    assertThat(json.path("k").asInt()).isEqualTo(result.k());
    assertThat(json.path("delta_sha256").asText()).isEqualTo(result.deltaSha256());
    assertThat(json.path("validation").path("accuracy").asDouble())
        .isEqualTo(result.validation().get("accuracy"));
    JsonNode bytes = json.path("bytes");
    SparseDelta delta = delta();
    long trained = delta.values().length;
    assertThat(bytes.path("steps").asInt()).isEqualTo(33);
    assertThat(bytes.path("dense_per_step_each_way").asLong())
        .isEqualTo(4L * delta.layout().size());
    assertThat(bytes.path("up_per_step").asLong()).isGreaterThan(3 * trained);
    assertThat(result.trafficLine()).contains("down", "up a step", "dense:");
  }

  @Test
  void theRunRecordsItsConfigurationBaseAndData() throws IOException {
    JsonNode json = JSON.readTree(run.resolve("run.json").toFile());
    assertThat(json.path("run_id").asText()).isEqualTo(delta().info().runId());
    assertThat(json.path("base").path("sha256").asText())
        .isEqualTo(BaseModel.open(toy.folder().resolve("model")).fingerprint());
    assertThat(json.path("data").path("train").path("examples").asInt()).isEqualTo(211);
    assertThat(json.path("data").path("validation").path("examples").asInt()).isEqualTo(53);
    assertThat(RunManifest.read(ByteSource.local(run.resolve("run.json"))).config())
        .isEqualTo(toy.config());
  }

  @Test
  void aDeltaSaysNothingOfWhereItWasTrained() throws IOException {
    String header =
        Files.readString(
            run.resolve("delta.safetensors"), java.nio.charset.StandardCharsets.ISO_8859_1);
    assertThat(header).doesNotContain(folder.toString());
  }

  @Test
  void theDeltaIsThatOfATrainingWithoutSpark() throws IOException {
    assertThat(Files.readAllBytes(run.resolve("delta.safetensors")))
        .isEqualTo(LocalRun.delta(toy.config()));
  }

  @Test
  void evaluatingOnTheValidationDataGivesTheRunsOwnScores() {
    EvaluateJob.Result evaluated =
        new EvaluateJob(session)
            .run(
                new EvaluateJob.Request(
                    run.toString(),
                    Optional.empty(),
                    List.of(toy.folder().resolve("validation.jsonl").toString()),
                    Optional.empty()));
    assertThat(evaluated.examples()).isEqualTo(53);
    assertThat(evaluated.metric()).isEqualTo("accuracy");
    assertThat(evaluated.scores()).isEqualTo(result.validation());
  }

  @Test
  void predictionsStandBesideTheInputsColumnsInTheInputsOrder() throws IOException {
    Path input = folder.resolve("input.jsonl");
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      lines.add(
          "{\"id\": %d, \"text\": \"w%d w%d\", \"note\": %s}"
              .formatted(i, 4 + i, 5 + i, i == 3 ? "null" : "\"n" + i + "\""));
    }
    Files.write(input, lines);
    Path output = folder.resolve("predicted");
    PredictJob.Result predicted =
        new PredictJob(session).run(predict(input, output, OutputFormat.JSONL));
    assertThat(predicted.rows()).isEqualTo(40);
    List<JsonNode> rows = jsonRows(output);
    assertThat(rows).hasSize(40);
    for (int i = 0; i < 40; i++) {
      JsonNode row = rows.get(i);
      assertThat(row.path("id").isInt()).isTrue();
      assertThat(row.path("id").asInt()).isEqualTo(i);
      assertThat(row.has("note")).isTrue();
      JsonNode probabilities = row.path("probabilities");
      assertThat(probabilities.path(row.path("prediction").asText()).asDouble())
          .isEqualTo(row.path("probability").asDouble());
      double sum = 0;
      for (JsonNode probability : probabilities) {
        sum += probability.asDouble();
        assertThat(probability.asDouble()).isLessThanOrEqualTo(row.path("probability").asDouble());
      }
      assertThat(sum).isCloseTo(1, org.assertj.core.data.Offset.offset(1e-12));
    }
  }

  @Test
  void predictionsInParquetHaveTypes() {
    Path output = folder.resolve("predicted-parquet");
    new PredictJob(session)
        .run(predict(toy.folder().resolve("validation.jsonl"), output, OutputFormat.PARQUET));
    assertThat(session.read().parquet(output.toString()).schema().simpleString())
        .isEqualTo(
            "struct<label:string,text:string,prediction:string,probability:double,probabilities:map<string,double>>");
  }

  @Test
  void aColumnThatPredictionsNeedIsRefused() throws IOException {
    Path input = folder.resolve("clash.jsonl");
    Files.writeString(input, "{\"text\": \"w4\", \"probability\": 1}\n");
    assertThatThrownBy(
            () ->
                new PredictJob(session)
                    .run(predict(input, folder.resolve("clash"), OutputFormat.JSONL)))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot add predictions to %s: it has a column 'probability' already; rename it",
            input);
  }

  @Test
  void predictingARowWithoutTextIsRefused() throws IOException {
    Path input = folder.resolve("null.jsonl");
    Files.writeString(input, "{\"text\": \"w4\"}\n{\"text\": null}\n");
    assertThatThrownBy(
            () ->
                new PredictJob(session)
                    .run(predict(input, folder.resolve("null"), OutputFormat.JSONL)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("null.jsonl")
        .hasMessageContaining("text");
  }

  @Test
  void inspectionCountsEveryTensor() throws IOException {
    Inspection inspection = new InspectJob(HADOOP).run(new InspectJob.Request(run.toString()));
    assertThat(inspection.k()).isEqualTo(result.k());
    assertThat(inspection.deltaSha256()).isEqualTo(result.deltaSha256());
    assertThat(inspection.tensors().stream().mapToInt(Inspection.Tensor::trained).sum())
        .isEqualTo(result.k() + result.head());
    JsonNode json = JSON.readTree(inspection.json());
    for (String key :
        List.of(
            "method",
            "n",
            "k",
            "head",
            "sparsity",
            "tensors",
            "base_sha256",
            "delta_sha256",
            "metric")) {
      assertThat(json.has(key)).as(key).isTrue();
    }
    assertThat(json.path("validation").asDouble()).isEqualTo(result.validation().get("accuracy"));
  }

  @Test
  void aMergedModelIsTheBaseOutsideOfWhatWasTrained() throws IOException {
    Path merged = folder.resolve("merged");
    MergeJob.Result outcome =
        new MergeJob(HADOOP)
            .run(new MergeJob.Request(run.toString(), merged.toString(), Optional.empty(), false));
    SparseDelta delta = delta();
    assertThat(outcome.changed()).isEqualTo(delta.values().length);
    float[] expected =
        BaseModel.open(toy.folder().resolve("model"))
            .load(delta.info().spec(), delta.info().seed());
    delta.apply(expected);
    assertThat(BaseModel.open(merged).load(delta.info().spec(), 0)).isEqualTo(expected);
    assertThatThrownBy(
            () ->
                new MergeJob(HADOOP)
                    .run(
                        new MergeJob.Request(
                            run.toString(), merged.toString(), Optional.empty(), false)))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Cannot write into %s: it is there already; give another folder, or --overwrite to replace it",
            merged);
  }

  @Test
  void aRunIsReadWithItsBaseElsewhereButNotWithAnother() throws IOException {
    Path moved = folder.resolve("moved");
    TestModels.golden(moved, 0);
    Path merged = folder.resolve("merged-moved");
    new MergeJob(HADOOP)
        .run(
            new MergeJob.Request(
                run.toString(), merged.toString(), Optional.of(moved.toString()), false));
    assertThat(merged.resolve("model.safetensors")).exists();

    Path other = folder.resolve("other");
    TestModels.random(other, BaseModel.open(toy.folder().resolve("model")).encoder(), 5);
    assertThatThrownBy(
            () ->
                new EvaluateJob(session)
                    .run(
                        new EvaluateJob.Request(
                            run.toString(),
                            Optional.of(other.toString()),
                            List.of(toy.folder().resolve("validation.jsonl").toString()),
                            Optional.empty())))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(
            "it was trained on the base model " + delta().info().baseFingerprint());
  }

  @Test
  void aDryRunSaysWhatWouldBeDoneAndWritesNothing() {
    Path output = folder.resolve("dry");
    DryRun dry =
        new TrainJob(session)
            .dryRun(
                new TrainJob.Request(
                    toy.config("output=" + output), Existing.GO_ON, TrainingListener.NONE));
    assertThat(output).doesNotExist();
    assertThat(dry.k()).isEqualTo(result.k());
    assertThat(dry.head()).isEqualTo(result.head());
    assertThat(dry.steps()).isEqualTo(33);
    assertThat(dry.bytesUp()).isEqualTo(8L * (result.k() + result.head()));
    assertThat(dry.text())
        .contains("211 rows to train on, 53 to validate")
        .contains("spark.executor.memoryOverhead")
        .contains("\"label\":\"label-");
  }

  private static SparseDelta delta() {
    return DeltaFile.read(ByteSource.local(run.resolve("delta.safetensors")));
  }

  private static PredictJob.Request predict(Path input, Path output, OutputFormat format) {
    return new PredictJob.Request(
        run.toString(),
        Optional.empty(),
        List.of(input.toString()),
        Optional.empty(),
        output.toString(),
        format,
        false);
  }

  private static List<JsonNode> jsonRows(Path folder) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file :
          files.filter(f -> f.getFileName().toString().startsWith("part-")).sorted().toList()) {
        for (String line : Files.readAllLines(file)) {
          rows.add(JSON.readTree(line));
        }
      }
    }
    return rows;
  }
}
