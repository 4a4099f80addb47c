package io.sparsetune.config;

import io.sparsetune.config.DataConfig.OnBadRow;
import io.sparsetune.keys.Key;
import io.sparsetune.mask.MaskBudget.Scope;
import io.sparsetune.method.Methods;
import io.sparsetune.model.Pooling;
import io.sparsetune.model.Precision;
import io.sparsetune.optim.LearningRate.Schedule;
import io.sparsetune.optim.OptimizerRecipe;
import io.sparsetune.task.Metric;
import io.sparsetune.task.TaskType;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Every key of a configuration. {@code docs/configuration.md} shows this table. */
final class ConfigKeys {
  private ConfigKeys() {}

  static final Key<String> MODEL_PATH =
      Key.text("model.path", "a path")
          .absentMeans("required")
          .note("a Hugging Face folder, or an `.onnx` file with `tokenizer.json` beside it");
  static final Key<Pooling> POOLING =
      Key.choice("model.pooling", Pooling.values())
          .absentMeans(
              "a sentence-transformers model's own; else BERT and multiple_choice: pooler, RoBERTa:"
                  + " cls")
          .note("how a text's hidden states become one vector");
  static final Key<Double> HIDDEN_DROPOUT =
      probability("model.dropout.hidden").absentMeans("the model's");
  static final Key<Double> ATTENTION_DROPOUT =
      probability("model.dropout.attention").absentMeans("the model's");
  static final Key<Double> CLASSIFIER_DROPOUT =
      probability("model.dropout.classifier")
          .absentMeans("the model's")
          .note("`model.dropout: 0.1` sets all three");

  static final Key<TaskType> TASK_TYPE =
      Key.choice("task.type", TaskType.values()).withDefault(TaskType.CLASSIFICATION);
  static final Key<String> TEXT =
      Key.text("task.text", "a column's name")
          .withDefault("text")
          .note("the text, or the first of two, or what the choices follow");
  static final Key<String> TEXT_PAIR =
      Key.text("task.text_pair", "a column's name")
          .absentMeans("none")
          .note("the second of two texts");
  static final Key<String> QUESTION =
      Key.text("task.question", "a column's name")
          .absentMeans("none")
          .note(
              "multiple_choice: put after the text; `cause` and `effect` become COPA's questions");
  static final Key<List<String>> CHOICES =
      Key.texts("task.choices", "a list of columns' names")
          .withDefault(List.of("choice1", "choice2"))
          .note("multiple_choice: a column for each");
  static final Key<String> SPAN1_TEXT = span("task.span1_text", "target.span1_text");
  static final Key<String> SPAN1_INDEX = span("task.span1_index", "target.span1_index");
  static final Key<String> SPAN2_TEXT = span("task.span2_text", "target.span2_text");
  static final Key<String> SPAN2_INDEX = span("task.span2_index", "target.span2_index");
  static final Key<String> LABEL =
      Key.text("task.label", "a column's name")
          .withDefault("label")
          .note("multiple_choice: the index of the right choice, from 0");
  static final Key<List<String>> LABELS =
      Key.texts("task.labels", "a list of labels")
          .absentMeans("those of the training data")
          .note("in this order; otherwise strings by code point, integers by value");
  static final Key<Metric> METRIC =
      Key.choice("task.metric", Metric.values())
          .absentMeans("accuracy; pearson_spearman for regression")
          .note("chooses the best checkpoint; higher is better, a tie goes to the earlier step");

  static final Key<List<String>> TRAIN =
      Key.texts("data.train", "a path or glob, or a list of them")
          .absentMeans("required")
          .note("on any Hadoop file system");
  static final double DEFAULT_VALIDATION_SHARE = 0.1;
  static final Key<List<String>> VALIDATION =
      Key.texts("data.validation", "a share of the training data in [0, 1), or paths")
          .absentMeans(Key.shown(DEFAULT_VALIDATION_SHARE))
          .note("a share is chosen by the rows' content; 0 trains without validation");
  static final Key<List<String>> TEST =
      Key.texts("data.test", "a path or glob, or a list of them").absentMeans("none");
  static final Key<Integer> MAX_TRAIN_SAMPLES =
      Key.count("data.max_train_samples", 1)
          .absentMeans("all")
          .note(
              "most rows to train on, after a share for validation is set aside; the rows' content"
                  + " chooses them, so the same ones however the files are ordered and split");
  static final Key<String> FORMAT =
      Key.word("data.format", List.of("csv", "tsv", "jsonl", "parquet"))
          .absentMeans("by the file's suffix");
  static final Key<OnBadRow> ON_BAD_ROW =
      Key.choice("data.on_bad_row", OnBadRow.values())
          .withDefault(OnBadRow.FAIL)
          .note(
              "skip counts and reports the rows that cannot be used; a csv file whose quotes do not"
                  + " match is refused all the same");
  static final Key<Integer> MAX_SEQ_LENGTH =
      Key.count("data.max_seq_length", 3)
          .withDefault(128)
          .note("in tokens; longer text is truncated and counted");
  static final Key<Integer> LENGTH_WINDOW =
      Key.count("data.length_window", 1)
          .withDefault(64)
          .note("micro-batches within which examples are sorted by length");

  static final Key<String> METHOD =
      Key.word("method.name", Methods.names())
          .withDefault("sam")
          .note("the README says what each one trains");
  static final double DEFAULT_SPARSITY = 0.005;
  static final Key<Double> SPARSITY =
      Key.number("method.sparsity", "a number in (0, 1]", v -> v > 0 && v <= 1)
          .absentMeans(Key.shown(DEFAULT_SPARSITY))
          .note("share of the parameters to train, for a method with a budget");
  static final Key<Integer> K =
      Key.count("method.k", 1).absentMeans("none").note("how many to train, instead of sparsity");
  static final Key<Scope> SCOPE =
      Key.choice("method.scope", Scope.values())
          .absentMeans(
              "tensor; global for fisher by example, lottery_ticket and diff of variant paper")
          .note("whether the budget holds for each tensor or for all together");
  static final Key<List<String>> INCLUDE =
      Key.texts("method.include", "a list of tensor name patterns")
          .absentMeans(
              "`encoder.layer.*`; full, child_f and mixout of variant lee: `embeddings` too")
          .note("`*` matches anything; `embeddings` adds all of them");
  static final Key<List<String>> EXCLUDE =
      Key.texts("method.exclude", "a list of tensor name patterns").withDefault(List.of(), "none");
  static final Key<String> TENSORS =
      Key.word("method.tensors", List.of("all", "linear"))
          .withDefault("all")
          .note("linear: weights of linear layers only");
  static final Key<Boolean> HEAD_IN_BUDGET =
      Key.flag("method.head_in_budget")
          .withDefault(false)
          .note("otherwise the head is trained whole beside the budget");
  static final Key<Double> LEARNING_RATE =
      Key.number("training.learning_rate", "a number above 0", v -> v > 0).withDefault(1e-3);
  static final Key<Double> EPOCHS =
      Key.number("training.num_train_epochs", "a number above 0", v -> v > 0).withDefault(3.0);
  static final Key<Integer> MAX_STEPS =
      Key.count("training.max_steps", 1).absentMeans("none").note("overrides num_train_epochs");
  static final Key<Integer> BATCH_SIZE =
      Key.count("training.batch_size", 1)
          .withDefault(32)
          .note("the global batch, over all executors; a multiple of micro_batch_size");
  static final Key<Integer> MICRO_BATCH_SIZE =
      Key.count("training.micro_batch_size", 1)
          .withDefault(8)
          .note("what a thread pushes through the model at once; part of the result's bits");
  static final Key<Integer> EVAL_BATCH_SIZE =
      Key.count("training.eval_batch_size", 1)
          .withDefault(8)
          .note("how many a thread holds at once in an evaluation; no part of the bits");
  static final Key<OptimizerRecipe.Kind> OPTIMIZER =
      Key.choice("training.optimizer", OptimizerRecipe.Kind.values())
          .withDefault(OptimizerRecipe.Kind.ADAMW);
  static final Key<Double> ADAM_BETA1 = below1("training.adam_beta1").withDefault(0.9);
  static final Key<Double> ADAM_BETA2 = below1("training.adam_beta2").withDefault(0.999);
  static final Key<Double> ADAM_EPSILON =
      Key.number("training.adam_epsilon", "a number above 0", v -> v > 0).withDefault(1e-8);
  static final Key<Double> MOMENTUM = below1("training.momentum").withDefault(0.0).note("of sgd");
  static final Key<Double> WEIGHT_DECAY =
      Key.number("training.weight_decay", "a number, 0 or more", v -> v >= 0)
          .withDefault(0.0)
          .note("decoupled; on trained parameters only");
  static final Key<List<String>> NO_DECAY =
      Key.texts("training.no_decay", "a list of tensor name patterns")
          .withDefault(List.of("*.bias", "*.LayerNorm.*"), "`*.bias`, `*.LayerNorm.*`")
          .note("tensors without weight decay; `[]` for none");
  static final Key<Schedule> SCHEDULE =
      Key.choice("training.lr_scheduler_type", Schedule.values()).withDefault(Schedule.LINEAR);
  static final Key<Double> WARMUP_RATIO =
      Key.number("training.warmup_ratio", "a number in [0, 1]", v -> v >= 0 && v <= 1)
          .withDefault(0.06)
          .note("of all steps");
  static final Key<Integer> WARMUP_STEPS =
      Key.count("training.warmup_steps", 0).absentMeans("none").note("overrides warmup_ratio");
  static final Key<Optional<Double>> MAX_GRAD_NORM =
      Key.number("training.max_grad_norm", "a number above 0", v -> v > 0)
          .withDefault(1.0)
          .orNone()
          .note("over the trained parameters");
  static final Key<Integer> EVAL_STEPS =
      Key.count("training.eval_steps", 1).absentMeans("once an epoch");
  static final Key<Integer> LOGGING_STEPS = Key.count("training.logging_steps", 1).withDefault(10);
  static final Key<Boolean> LOAD_BEST =
      Key.flag("training.load_best_model_at_end").withDefault(true);
  static final Key<Optional<Integer>> PATIENCE =
      Key.count("training.early_stopping_patience", 1)
          .orNone()
          .absentMeans("none")
          .note("evaluations since the best one before training stops");
  static final Key<Integer> SAVE_SECONDS =
      Key.count("training.save_seconds", 0)
          .withDefault(60)
          .note(
              "how often the training's state is saved, beside each evaluation and each round; a run"
                  + " that is killed goes on from there when the same command is given again; 0: after"
                  + " every step");
  static final Key<Integer> SAVE_DENSE_SECONDS =
      Key.count("training.save_dense_seconds", 0)
          .withDefault(600)
          .note(
              "the same for states of the model's size: dense rounds, `full`, `child_f`, `mixout` of"
                  + " variant lee");
  static final Key<Long> SEED = Key.integer("training.seed").withDefault(1L);

  static final Key<Precision> PRECISION =
      Key.choice("training.precision", Precision.values())
          .withDefault(Precision.FP32)
          .note(
              "bf16: products of dense layers with operands rounded to bfloat16, on CPUs with AMX"
                  + " or AVX512-BF16; the bits are then those of one kind of CPU; `evaluate` and"
                  + " `predict` always compute in fp32");

  static final Key<String> OUTPUT =
      Key.text("output", "a path")
          .absentMeans("required")
          .note("the run's folder, on any Hadoop file system");

  /** In the order of the documentation. */
  static final List<Key<?>> ALL =
      Stream.of(
              List.<Key<?>>of(
                  MODEL_PATH,
                  POOLING,
                  HIDDEN_DROPOUT,
                  ATTENTION_DROPOUT,
                  CLASSIFIER_DROPOUT,
                  TASK_TYPE,
                  TEXT,
                  TEXT_PAIR,
                  QUESTION,
                  CHOICES,
                  SPAN1_TEXT,
                  SPAN1_INDEX,
                  SPAN2_TEXT,
                  SPAN2_INDEX,
                  LABEL,
                  LABELS,
                  METRIC,
                  TRAIN,
                  VALIDATION,
                  TEST,
                  MAX_TRAIN_SAMPLES,
                  FORMAT,
                  ON_BAD_ROW,
                  MAX_SEQ_LENGTH,
                  LENGTH_WINDOW,
                  METHOD,
                  SPARSITY,
                  K,
                  SCOPE,
                  INCLUDE,
                  EXCLUDE,
                  TENSORS,
                  HEAD_IN_BUDGET),
              Methods.keys(),
              List.<Key<?>>of(
                  LEARNING_RATE,
                  EPOCHS,
                  MAX_STEPS,
                  BATCH_SIZE,
                  MICRO_BATCH_SIZE,
                  EVAL_BATCH_SIZE,
                  OPTIMIZER,
                  ADAM_BETA1,
                  ADAM_BETA2,
                  ADAM_EPSILON,
                  MOMENTUM,
                  WEIGHT_DECAY,
                  NO_DECAY,
                  SCHEDULE,
                  WARMUP_RATIO,
                  WARMUP_STEPS,
                  MAX_GRAD_NORM,
                  EVAL_STEPS,
                  LOGGING_STEPS,
                  LOAD_BEST,
                  PATIENCE,
                  SAVE_SECONDS,
                  SAVE_DENSE_SECONDS,
                  SEED,
                  PRECISION,
                  OUTPUT))
          .flatMap(List::stream)
          .toList();

  private static Key<String> span(String name, String column) {
    String what = name.endsWith("_text") ? "the words" : "the number of the first word, from 0";
    return Key.text(name, "a column's name").withDefault(column).note("spans: " + what);
  }

  private static Key<Double> probability(String name) {
    return below1(name);
  }

  private static Key<Double> below1(String name) {
    return Key.number(name, "a number in [0, 1)", v -> v >= 0 && v < 1);
  }
}
