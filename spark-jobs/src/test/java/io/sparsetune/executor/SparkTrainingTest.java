package io.sparsetune.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sparsetune.batch.EncodedExample;
import io.sparsetune.batch.RowHash;
import io.sparsetune.batch.Shard;
import io.sparsetune.batch.ShardDealer;
import io.sparsetune.config.RunConfig;
import io.sparsetune.data.DataLoader;
import io.sparsetune.data.TrainData;
import io.sparsetune.engine.room.RoomEngine;
import io.sparsetune.kernels.Bf16Products;
import io.sparsetune.local.LocalData;
import io.sparsetune.local.LocalStepExecutor;
import io.sparsetune.method.MethodConfigs;
import io.sparsetune.model.Dropout;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Precision;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.progress.TrainingPlan;
import io.sparsetune.task.Labels;
import io.sparsetune.testing.Golden;
import io.sparsetune.testing.SharedSession;
import io.sparsetune.testing.TinyTokenizer;
import io.sparsetune.text.TextEncoder;
import io.sparsetune.text.Tokens;
import io.sparsetune.train.StepExecutor;
import io.sparsetune.train.TrainingLoop;
import io.sparsetune.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.util.TaskCompletionListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From files to trained values, on Spark and in process: the golden BERT with dropout. */
class SparkTrainingTest {
  private static final int ROWS = 111;
  private static final int SHARDS = 5;
  private static final double SHARE = 0.2;
  private static final AtomicInteger TASKS = new AtomicInteger();

  @TempDir private Path folder;
  private final BaseModel base = Golden.base("bert");
  private ModelSpec spec = spec(base);
  private final Labels labels =
      Labels.of(base.config().labels().stream().map(label -> "is " + label).sorted().toList());

  private static ModelSpec spec(BaseModel base) {
    ModelSpec own = Golden.spec(base);
    return new ModelSpec(
        own.encoder(), own.pooling(), own.outputs(), own.loss(), new Dropout(0.1, 0.1, 0.1));
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "10, 2", "10, 5"})
  void aScoredMaskTrainsToTheSameBitsHoweverTheInputIsCut(int files, int partitions)
      throws IOException {
    assertSameBits(config("sam", files), partitions, false);
  }

  @ParameterizedTest
  @ValueSource(strings = {"random", "fisher"})
  void otherMasksTrainToTheSameBits(String method) throws IOException {
    assertSameBits(config(method, 1), 2, false);
  }

  @Test
  void inBfloat16TheBitsAreTheSameTooOnOneKindOfCpu() throws IOException {
    assumeThat(Bf16Products.missing()).isEmpty();
    spec = spec.with(Precision.BF16);
    assertSameBits(config("sam", 1), 3, true);
  }

  @Test
  void aTaskThatFailsWhenItsWorkIsDoneChangesNothing() throws IOException {
    assertSameBits(config("sam", 1), 3, true);
  }

  private void assertSameBits(RunConfig config, int partitions, boolean failing)
      throws IOException {
    TrainingResult expected;
    try (StepExecutor local = local(config)) {
      expected = run(config, local);
    }
    assertThat(expected.steps()).isGreaterThanOrEqualTo(30);
    try (StepExecutor spark = spark(config, partitions, failing)) {
      TrainingResult result = run(config, spark);
      assertThat(result.trained()).isEqualTo(expected.trained());
      assertThat(result.values()).isEqualTo(expected.values());
      assertThat(result.evaluations()).isEqualTo(expected.evaluations()).hasSizeGreaterThan(2);
    }
  }

  private TrainingResult run(RunConfig config, StepExecutor executor) {
    return new TrainingLoop(spec.layout(), config, executor, TrainingListener.NONE).run();
  }

  private RunConfig config(String method, int files) throws IOException {
    Path parts = Files.createDirectories(folder.resolve("in-" + files));
    for (int f = 0; f < files; f++) {
      List<String> lines = new ArrayList<>();
      for (int i = f; i < ROWS; i += files) {
        lines.add("{\"text\":\"%s\",\"label\":\"%s\"}".formatted(text(i), label(i)));
      }
      Files.write(parts.resolve("part-" + f + ".jsonl"), lines);
    }
    return MethodConfigs.run(
        "method.name=" + method,
        "method.sparsity=0.05",
        "data.train=" + parts,
        "data.validation=" + SHARE,
        "data.max_seq_length=" + Math.min(24, spec.encoder().maxTokens()),
        "data.length_window=2",
        "training.batch_size=" + 2 * SHARDS,
        "training.micro_batch_size=2",
        "training.num_train_epochs=3.5");
  }

  private StepExecutor spark(RunConfig config, int partitions, boolean failing) {
    SharedSession.get().sparkContext().conf().set("spark.sparsetune.partitions", "" + partitions);
    TrainData data;
    try {
      data =
          new DataLoader(
                  SharedSession.get(), config.task(), config.data(), TinyTokenizer.tokenizer())
              .train(config.training().batchSize(), config.training().microBatchSize());
    } finally {
      SharedSession.get().sparkContext().conf().remove("spark.sparsetune.partitions");
    }
    assertThat(data.labels()).contains(labels);
    assertThat(data.shards().getNumPartitions()).isEqualTo(partitions);
    return new SparkStepExecutor(
        SharedSession.get(),
        ShippedModel.ship(SharedSession.get(), base.location()),
        spec,
        config.training().seed(),
        new SparkData(
            failing ? failing(data.shards()) : data.shards(),
            TrainingPlan.of(config, data.examples()).epochs(),
            TrainingPlan.of(config, data.examples()).steps(),
            Map.of("validation", data.validation().orElseThrow()),
            config.training().evalBatchSize(),
            Long.MAX_VALUE));
  }

  /** The second task, in the score round, and the fortieth, in a step, fail at their ends. */
  private static JavaRDD<Shard> failing(JavaRDD<Shard> shards) {
    TASKS.set(0);
    return shards.mapPartitions(
        some -> {
          int task = TASKS.incrementAndGet();
          if (task == 2 || task == 40) {
            TaskCompletionListener failure =
                context -> {
                  throw new IllegalStateException("A failure made by the test");
                };
            TaskContext.get().addTaskCompletionListener(failure);
          }
          return some;
        });
  }

  private StepExecutor local(RunConfig config) {
    List<EncodedExample> train = new ArrayList<>();
    List<EncodedExample> validation = new ArrayList<>();
    try (TextEncoder encoder =
        TextEncoder.of(TinyTokenizer.json(), "tiny", config.data().maxSeqLength())) {
      for (int i = 0; i < ROWS; i++) {
        Tokens tokens = encoder.encode(text(i));
        RowHash hash = RowHash.of(text(i), label(i));
        EncodedExample example =
            new EncodedExample(hash, tokens.ids(), tokens.typeIds(), labels.index(label(i)));
        (hash.inShare(SHARE) ? validation : train).add(example);
      }
    }
    TrainingPlan plan = TrainingPlan.of(config, train.size());
    return new LocalStepExecutor(
        "local-" + System.nanoTime(),
        spec,
        () -> RoomEngine.open(spec, base.load(spec, config.training().seed())),
        new LocalData(
            ShardDealer.deal(train, SHARDS),
            plan.epochs(),
            Map.of("validation", ShardDealer.deal(validation, 1).get(0)),
            config.training().evalBatchSize()),
        1);
  }

  /** From one letter to more than the model takes. */
  private static String text(int i) {
    StringBuilder text = new StringBuilder();
    for (int letter = 0; letter <= i % 27; letter++) {
      text.append((char) ('a' + (i * 7 + letter * letter) % 26));
    }
    return text.append(' ').append((char) ('a' + i / 27)).toString();
  }

  private String label(int i) {
    return labels.name(i % labels.size());
  }
}
