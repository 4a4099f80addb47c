package io.sparsetune.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.config.DataConfig.OnBadRow;
import io.sparsetune.config.TrainingConfig.Saving;
import io.sparsetune.mask.MaskBudget;
import io.sparsetune.mask.MaskBudget.Scope;
import io.sparsetune.mask.MaskRange;
import io.sparsetune.method.MethodConfig;
import io.sparsetune.method.MethodOptions;
import io.sparsetune.method.ScoreRound;
import io.sparsetune.method.bitfit.BitFit;
import io.sparsetune.method.fisher.Fisher;
import io.sparsetune.model.Pooling;
import io.sparsetune.model.Precision;
import io.sparsetune.optim.LearningRate.Schedule;
import io.sparsetune.optim.OptimizerRecipe;
import io.sparsetune.task.Metric;
import io.sparsetune.task.TaskType;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** The defaults of each section, and every key of each section set. */
class RunConfigTest {
  private static final String EVERY_KEY =
      """
      model:
        path: hdfs:///models/bert-base
        pooling: mean
        dropout: {hidden: 0.1, attention: 0.2, classifier: 0}
      task:
        type: classification
        text: sentence1
        text_pair: sentence2
        label: verdict
        labels: [0, 1]
        metric: matthews
      data:
        train: [a/*.csv, b.csv]
        validation: v.csv
        test: [t.csv]
        max_train_samples: 2000
        format: csv
        on_bad_row: skip
        max_seq_length: 64
        length_window: 16
      method:
        name: fisher
        k: 1000
        scope: tensor
        include: [encoder.layer.*, embeddings]
        exclude: ['*.bias']
        tensors: linear
        head_in_budget: true
        score_steps: 50
        scoring_dropout: true
        granularity: batch
      training:
        learning_rate: 5e-4
        num_train_epochs: 1.5
        max_steps: 100
        batch_size: 64
        micro_batch_size: 16
        eval_batch_size: 8
        optimizer: sgd
        adam_beta1: 0.8
        adam_beta2: 0.99
        adam_epsilon: 1e-6
        momentum: 0.9
        weight_decay: 0.01
        no_decay: []
        lr_scheduler_type: cosine
        warmup_ratio: 0.1
        warmup_steps: 20
        max_grad_norm: none
        eval_steps: 25
        logging_steps: 5
        load_best_model_at_end: false
        early_stopping_patience: 4
        save_seconds: 20
        save_dense_seconds: 0
        seed: -3
        precision: bf16
      output: s3a://bucket/run
      """;

  private final RunConfig standard = parse(RunConfigParserTest.LEAST);
  private final RunConfig full = parse(EVERY_KEY);

  @Test
  void defaultsOfModel() {
    assertThat(standard.model())
        .isEqualTo(
            new ModelConfig(
                "base",
                Optional.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty()));
    assertThat(standard.output()).isEqualTo("runs/demo");
  }

  @Test
  void everyKeyOfModel() {
    assertThat(full.model())
        .isEqualTo(
            new ModelConfig(
                "hdfs:///models/bert-base",
                Optional.of(Pooling.MEAN),
                OptionalDouble.of(0.1),
                OptionalDouble.of(0.2),
                OptionalDouble.of(0)));
    assertThat(full.output()).isEqualTo("s3a://bucket/run");
  }

  @Test
  void defaultsOfTask() {
    assertThat(standard.task())
        .isEqualTo(
            new TaskConfig(
                TaskType.CLASSIFICATION,
                "text",
                Optional.empty(),
                "label",
                List.of(),
                Metric.ACCURACY));
    assertThat(parse(RunConfigParserTest.LEAST + "task: {type: regression}\n").task().metric())
        .isEqualTo(Metric.PEARSON_SPEARMAN);
  }

  @Test
  void everyKeyOfTask() {
    assertThat(full.task())
        .isEqualTo(
            new TaskConfig(
                TaskType.CLASSIFICATION,
                "sentence1",
                Optional.of("sentence2"),
                "verdict",
                List.of("0", "1"),
                Metric.MATTHEWS));
  }

  @Test
  void defaultsOfData() {
    assertThat(standard.data())
        .isEqualTo(
            new DataConfig(
                List.of("train.jsonl"),
                List.of(),
                0.1,
                List.of(),
                OptionalInt.empty(),
                Optional.empty(),
                OnBadRow.FAIL,
                128,
                64));
  }

  @Test
  void everyKeyOfData() {
    assertThat(full.data())
        .isEqualTo(
            new DataConfig(
                List.of("a/*.csv", "b.csv"),
                List.of("v.csv"),
                0,
                List.of("t.csv"),
                OptionalInt.of(2000),
                Optional.of("csv"),
                OnBadRow.SKIP,
                64,
                16));
    assertThat(parse(RunConfigParserTest.LEAST, "data.validation=0.25").data().validationShare())
        .isEqualTo(0.25);
    assertThat(parse(RunConfigParserTest.LEAST, "data.validation=0").data().validationShare())
        .isZero();
  }

  @Test
  void defaultsOfMethod() {
    assertThat(standard.method())
        .isEqualTo(
            new MethodConfig(
                "sam",
                Optional.of(
                    new MaskBudget(OptionalDouble.of(0.005), OptionalInt.empty(), Scope.TENSOR)),
                new MaskRange(List.of("encoder.layer.*"), List.of(), false, false),
                MethodOptions.none().with(ScoreRound.DROPOUT, false)));
    assertThat(
            parse(RunConfigParserTest.LEAST, "method.name=fisher")
                .method()
                .budget()
                .orElseThrow()
                .scope())
        .isEqualTo(Scope.GLOBAL);
  }

  @Test
  void everyKeyOfMethod() {
    assertThat(full.method())
        .isEqualTo(
            new MethodConfig(
                "fisher",
                Optional.of(
                    new MaskBudget(OptionalDouble.empty(), OptionalInt.of(1000), Scope.TENSOR)),
                new MaskRange(
                    List.of("encoder.layer.*", "embeddings"), List.of("*.bias"), true, true),
                MethodOptions.none()
                    .with(ScoreRound.STEPS, 50)
                    .with(ScoreRound.DROPOUT, true)
                    .with(Fisher.GRANULARITY, Fisher.Granularity.BATCH)));
    MethodConfig bitfit =
        parse(RunConfigParserTest.LEAST, "method.name=bitfit", "method.biases=[query]").method();
    assertThat(bitfit.options().get(BitFit.BIASES)).containsExactly("query");
    MethodConfig fisher =
        parse(RunConfigParserTest.LEAST, "method.name=fisher", "method.samples=8").method();
    assertThat(fisher.options().find(Fisher.SAMPLES)).contains(8);
  }

  @Test
  void defaultsOfTraining() {
    assertThat(standard.training())
        .isEqualTo(
            new TrainingConfig(
                1e-3,
                3,
                OptionalInt.empty(),
                32,
                8,
                8,
                new OptimizerRecipe(
                    OptimizerRecipe.Kind.ADAMW,
                    0.9,
                    0.999,
                    1e-8,
                    0,
                    0,
                    List.of("*.bias", "*.LayerNorm.*")),
                Schedule.LINEAR,
                0.06,
                OptionalInt.empty(),
                OptionalDouble.of(1),
                OptionalInt.empty(),
                10,
                true,
                OptionalInt.empty(),
                new Saving(60, 600),
                1,
                Precision.FP32));
  }

  @Test
  void everyKeyOfTraining() {
    assertThat(full.training())
        .isEqualTo(
            new TrainingConfig(
                5e-4,
                1.5,
                OptionalInt.of(100),
                64,
                16,
                8,
                new OptimizerRecipe(
                    OptimizerRecipe.Kind.SGD, 0.8, 0.99, 1e-6, 0.9, 0.01, List.of()),
                Schedule.COSINE,
                0.1,
                OptionalInt.of(20),
                OptionalDouble.empty(),
                OptionalInt.of(25),
                5,
                false,
                OptionalInt.of(4),
                new Saving(20, 0),
                -3,
                Precision.BF16));
  }

  @Test
  void whatIsWrittenIsReadBack() {
    for (RunConfig config :
        List.of(
            standard,
            full,
            parse(RunConfigParserTest.LEAST, "method.name=full", "task.type=regression"),
            parse(RunConfigParserTest.LEAST, "method.name=bitfit", "method.biases=[query]"),
            parse(RunConfigParserTest.LEAST, "method.name=fisher", "method.samples=8"))) {
      assertThat(parse(RunConfigWriter.toYaml(config))).isEqualTo(config);
    }
  }

  @Test
  void identityIsOneLineOfSortedKeysAndShortestNumbers() {
    String json = RunConfigWriter.toIdentityJson(standard);
    assertThat(json)
        .startsWith("{\"data\":{\"length_window\":64,")
        .contains("\"adam_epsilon\":1E-8,", "\"learning_rate\":0.001,", "\"sparsity\":0.005,")
        .doesNotContain("\n", ": ");
  }

  @Test
  void identityLeavesOutWhereThingsLie() {
    RunConfig elsewhere =
        parse(RunConfigParserTest.LEAST, "model.path=/x", "data.train=/y", "output=/z");
    assertThat(
            RunConfigWriter.toIdentityJson(
                parse(
                    RunConfigParserTest.LEAST,
                    "training.eval_batch_size=3",
                    "training.logging_steps=7",
                    "training.save_seconds=7",
                    "training.save_dense_seconds=7")))
        .isEqualTo(RunConfigWriter.toIdentityJson(standard));
    assertThat(RunConfigWriter.toIdentityJson(elsewhere))
        .isEqualTo(RunConfigWriter.toIdentityJson(standard));
    assertThat(RunConfigWriter.toIdentityJson(parse(RunConfigParserTest.LEAST, "training.seed=2")))
        .isNotEqualTo(RunConfigWriter.toIdentityJson(standard));
  }

  private static RunConfig parse(String yaml, String... overrides) {
    return RunConfigParser.parse(yaml, "run.yaml", List.of(overrides));
  }
}
