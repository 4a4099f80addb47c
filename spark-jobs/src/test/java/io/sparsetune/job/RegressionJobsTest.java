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

/** A regression, every path of which names its file system. */
class RegressionJobsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path folder;
  private static SparkSession session;
  private static TrainJob.Result result;

  /** Eight words each, w4 or w5; the label is the share of w5. */
  @BeforeAll
  static void train() throws IOException {
    session = SharedSession.get();
    TestModels.golden(folder.resolve("model"), 0);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 80; i++) {
      int fives = i * 37 % 256;
      StringBuilder text = new StringBuilder();
      for (int word = 0; word < 8; word++) {
        text.append((fives >> word & 1) == 1 ? "w5 " : "w4 ");
      }
      double label = Integer.bitCount(fives) / 8.0;
      lines.add("{\"id\": %d, \"text\": \"%s\", \"label\": %s}".formatted(i, text, label));
    }
    Files.write(folder.resolve("rows.jsonl"), lines);
    String yaml =
        """
        model: {path: '%1$s/model'}
        task: {type: regression}
        data: {train: '%1$s/rows.jsonl', validation: 0.25, max_seq_length: 12}
        method: {name: sam, sparsity: 0.2, score_steps: 2}
        training: {learning_rate: 3e-3, max_steps: 40, batch_size: 8, micro_batch_size: 4}
        output: '%1$s/run'
        """
            .formatted(uri(""));
    result =
        new TrainJob(session)
            .run(
                new TrainJob.Request(
                    RunConfigParser.parse(yaml, "test", List.of()),
                    Existing.GO_ON,
                    TrainingListener.NONE));
  }

  private static String uri(String name) {
    return "file://" + folder + (name.isEmpty() ? "" : "/" + name);
  }

  @Test
  void theRunLearnsToPredictNumbers() throws IOException {
    assertThat(result.metric()).isEqualTo("pearson_spearman");
    assertThat(result.validation().get("pearson")).isGreaterThan(0.9);
    JsonNode config = JSON.readTree(folder.resolve("run/run.json").toFile()).path("base");
    assertThat(config.path("path").asText()).matches("file:/+.*/model");
    assertThat(folder.resolve("run/_SUCCESS")).exists();
  }

  @Test
  void predictionsAreNumbersBesideTheInputsColumns() {
    PredictJob.Result predicted =
        new PredictJob(session)
            .run(
                new PredictJob.Request(
                    uri("run"),
                    Optional.empty(),
                    List.of(uri("rows.jsonl")),
                    Optional.empty(),
                    uri("predicted"),
                    OutputFormat.PARQUET,
                    false));
    assertThat(predicted.rows()).isEqualTo(80);
    Dataset<Row> rows = session.read().parquet(uri("predicted"));
    assertThat(rows.schema().simpleString())
        .isEqualTo("struct<id:bigint,label:double,text:string,prediction:double>");
    double worst = 0;
    double mean = 0;
    for (Row row : rows.collectAsList()) {
      double error = Math.abs(row.getDouble(3) - row.getDouble(1));
      worst = Math.max(worst, error);
      mean += error / 80;
    }
    assertThat(mean).isLessThan(0.2);
    assertThat(worst).isLessThan(1);
  }

  @Test
  void theMergedModelHasOneOutputAndNoLabels() throws IOException {
    MergeJob.Result merged =
        new MergeJob(session.sparkContext().hadoopConfiguration())
            .run(new MergeJob.Request(uri("run"), uri("merged"), Optional.empty(), false));
    SparseDelta delta = DeltaFile.read(ByteSource.local(folder.resolve("run/delta.safetensors")));
    assertThat(merged.changed()).isEqualTo(delta.values().length);
    JsonNode config = JSON.readTree(folder.resolve("merged/config.json").toFile());
    assertThat(config.path("problem_type").asText()).isEqualTo("regression");
    assertThat(config.path("id2label")).hasSize(1);
    assertThat(folder.resolve("merged/tokenizer.json"))
        .hasSameBinaryContentAs(folder.resolve("model/tokenizer.json"));
    float[] expected =
        BaseModel.open(folder.resolve("model")).load(delta.info().spec(), delta.info().seed());
    delta.apply(expected);
    assertThat(BaseModel.open(folder.resolve("merged")).load(delta.info().spec(), 0))
        .isEqualTo(expected);
  }
}
