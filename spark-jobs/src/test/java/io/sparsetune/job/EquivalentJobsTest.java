package io.sparsetune.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparsetune.batch.MicroBatch;
import io.sparsetune.config.RunConfig;
import io.sparsetune.delta.DeltaFile;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.engine.EngineWorker;
import io.sparsetune.engine.room.RoomEngine;
import io.sparsetune.error.ConfigException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.job.PredictJob.OutputFormat;
import io.sparsetune.model.EquivalentModel;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.testing.SharedSession;
import io.sparsetune.testing.ToyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every job on runs that train an equivalent model. */
class EquivalentJobsTest {
  private static final Configuration HADOOP = new Configuration();
  private static final String[] LORA = {
    "method.name=lora", "method.r=4", "method.lora_dropout=0.1"
  };
  private static final String[] ADAPTER = {"method.name=adapter", "method.reduction_factor=4"};

  @TempDir static Path folder;
  private static SparkSession session;
  private static ToyRun toy;

  @BeforeAll
  static void train() throws IOException {
    session = SharedSession.get();
    toy = ToyRun.in(folder.resolve("toy"), 0.1);
    for (String[] method : List.of(LORA, ADAPTER)) {
      new TrainJob(session)
          .run(new TrainJob.Request(config(method), Existing.GO_ON, TrainingListener.NONE));
    }
  }

  private static RunConfig config(String... method) {
    String name = method[0].substring(method[0].indexOf('=') + 1);
    String[] all = new String[method.length + 3];
    System.arraycopy(method, 0, all, 0, method.length);
    all[method.length] = "output=" + run(name);
    all[method.length + 1] = "method.sparsity=null";
    all[method.length + 2] = "method.score_steps=null";
    return toy.config(all);
  }

  private static Path run(String method) {
    return folder.resolve("run-" + method);
  }

  private static SparseDelta delta(String method) {
    return DeltaFile.read(ByteSource.local(run(method).resolve("delta.safetensors")));
  }

  @Test
  void theDeltasAreThoseOfATrainingWithoutSpark() throws IOException {
    assertThat(Files.readAllBytes(run("lora").resolve("delta.safetensors")))
        .isEqualTo(LocalRun.delta(config(LORA)));
    assertThat(Files.readAllBytes(run("adapter").resolve("delta.safetensors")))
        .isEqualTo(LocalRun.delta(config(ADAPTER)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"lora", "adapter"})
  void theDeltaHoldsWhatWasAddedAndTheHeadAndNothingElse(String method) {
    SparseDelta delta = delta(method);
    var layout = delta.layout();
    long n = 0;
    long added = 0;
    for (int t = 0; t < layout.tensorCount(); t++) {
      Part part = layout.tensor(t).part();
      boolean trained = part == Part.ADDED || part == Part.HEAD;
      assertThat(delta.trained().count(t)).isEqualTo(trained ? layout.tensor(t).size() : 0);
      n += part == Part.ENCODER || part == Part.ADDED ? layout.tensor(t).size() : 0;
      added += part == Part.ADDED ? layout.tensor(t).size() : 0;
    }
    assertThat(delta.info().n()).isEqualTo(n);
    assertThat(delta.info().k()).isEqualTo(added).isPositive();
    // It has moved from where it started.
    float[] start = base().load(delta.info().spec(), delta.info().seed());
    assertThat(delta.values()).isNotEqualTo(delta.trained().gather(layout, start));
  }

  private static BaseModel base() {
    return BaseModel.open(toy.folder().resolve("model"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"lora", "adapter"})
  void runsAreEvaluatedInspectedAndUsed(String method) throws IOException {
    EvaluateJob.Result evaluated =
        new EvaluateJob(session)
            .run(
                new EvaluateJob.Request(
                    run(method).toString(),
                    Optional.empty(),
                    List.of(toy.folder().resolve("validation.jsonl").toString()),
                    Optional.empty()));
    JsonNode result = new ObjectMapper().readTree(run(method).resolve("result.json").toFile());
    assertThat(evaluated.scores().get("accuracy"))
        .isEqualTo(result.path("validation").path("accuracy").asDouble());
    Inspection inspection =
        new InspectJob(HADOOP).run(new InspectJob.Request(run(method).toString()));
    assertThat(inspection.k()).isEqualTo(delta(method).info().k());
    PredictJob.Result predicted =
        new PredictJob(session)
            .run(
                new PredictJob.Request(
                    run(method).toString(),
                    Optional.empty(),
                    List.of(toy.folder().resolve("validation.jsonl").toString()),
                    Optional.empty(),
                    folder.resolve("predicted-" + method).toString(),
                    OutputFormat.JSONL,
                    false));
    assertThat(predicted.rows()).isEqualTo(evaluated.examples());
  }

  @Test
  void aMergedLoraHasTheLogitsOfTheRun() {
    Path merged = folder.resolve("merged");
    MergeJob.Result result =
        new MergeJob(HADOOP)
            .run(
                new MergeJob.Request(
                    run("lora").toString(), merged.toString(), Optional.empty(), false));
    SparseDelta delta = delta("lora");
    ModelSpec spec = delta.info().spec();
    ModelSpec plain = spec.with(EquivalentModel.BASE);
    float[] theta = base().load(spec, delta.info().seed());
    delta.apply(theta);
    float[] folded = BaseModel.open(merged).load(plain, 0);
    int hidden = spec.encoder().hiddenSize();
    int targets = 2 * spec.encoder().layers() * hidden * hidden;
    assertThat(result.parameters()).isEqualTo(folded.length);
    assertThat(result.changed()).isEqualTo(delta.head() + targets);
    MicroBatch batch =
        new MicroBatch(
            new int[] {5, 6, 7, 8, 9, 10, 11}, new int[7], new int[] {0, 3, 7}, new float[] {0, 0});
    float[] logits = logits(plain, folded, batch);
    assertThat(logits).containsExactly(logits(spec, theta, batch), within(2e-5f));
    assertThat(logits).isNotEqualTo(logits(plain, base().load(plain, 1), batch));
  }

  private static float[] logits(ModelSpec spec, float[] theta, MicroBatch batch) {
    EngineWorker worker = RoomEngine.open(spec, theta).newWorker();
    return worker.logits(batch);
  }

  @Test
  void adaptersAreNotMerged() {
    Path merged = folder.resolve("merged-adapter");
    assertThatThrownBy(
            () ->
                new MergeJob(HADOOP)
                    .run(
                        new MergeJob.Request(
                            run("adapter").toString(), merged.toString(), Optional.empty(), false)))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("Cannot merge a model with adapters: ");
    assertThat(merged).doesNotExist();
  }

  @Test
  void aDryRunCountsWhatIsAdded() {
    SparseDelta delta = delta("lora");
    DryRun dry =
        new TrainJob(session)
            .dryRun(new TrainJob.Request(config(LORA), Existing.OVERWRITE, TrainingListener.NONE));
    assertThat(dry.k()).isEqualTo(delta.info().k());
    assertThat(dry.n()).isEqualTo(delta.info().n());
    assertThat(dry.head()).isEqualTo(delta.head());
    assertThat(dry.bytesUp()).isEqualTo(8L * delta.values().length);
  }

  @Test
  void whatDoesNotFitTheEncoderIsRefusedBeforeAnyDataAreRead() {
    refused(
        "Invalid method.rank: 400; the weight of encoder.layer.0.attention.self.query is [%1$d,"
            + " %1$d], so %1$d is the most",
        "method.name=lora", "method.rank=400");
    refused(
        "Invalid method.target_modules: 'quary' is no linear layer of the encoder; known are query,"
            + " key, value, attention.output.dense, intermediate.dense, output.dense. Did you mean"
            + " 'query'?",
        "method.name=lora",
        "method.target_modules=quary");
    refused(
        "Invalid method.reduction_factor: 1000.0; hidden_size %1$d divided by it is no feature at"
            + " all, so %1$d is the most",
        "method.name=adapter", "method.reduction_factor=1000");
    refused(
        "Invalid method.size: an adapter of 500 features is wider than the model's hidden_size"
            + " %1$d; it has to be a bottleneck",
        "method.name=adapter", "method.size=500");
  }

  private static void refused(String message, String... method) {
    RunConfig config = config(method);
    RunConfig without =
        new RunConfig(
            config.model(),
            config.task(),
            toy.config("data.train=nowhere.jsonl").data(),
            config.method(),
            config.training(),
            folder.resolve("refused").toString());
    assertThatThrownBy(
            () ->
                new TrainJob(session)
                    .run(new TrainJob.Request(without, Existing.GO_ON, TrainingListener.NONE)))
        .isInstanceOf(ConfigException.class)
        .hasMessage(message, base().encoder().hiddenSize());
  }
}
