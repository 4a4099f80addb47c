package io.sparsetune.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.config.TrainingConfig.Saving;
import io.sparsetune.error.ConfigException;
import io.sparsetune.keys.Key;
import io.sparsetune.keys.Node;
import io.sparsetune.mask.MaskBudget;
import io.sparsetune.mask.MaskBudget.Scope;
import io.sparsetune.mask.MaskRange;
import io.sparsetune.method.MaskMethod;
import io.sparsetune.method.MethodConfig;
import io.sparsetune.method.MethodOptions;
import io.sparsetune.method.Methods;
import io.sparsetune.method.Variant;
import io.sparsetune.optim.OptimizerRecipe;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * Reads a run's configuration: YAML, then {@code key=value} overrides over it, strictly. A key that
 * is not known, a value that does not fit, and values that do not fit each other are all reported
 * together, each with its place and, for a name, with the nearest known one.
 */
public final class RunConfigParser {
  private final Values values;

  private RunConfigParser(Values values) {
    this.values = values;
  }

  /**
   * Reads a local file.
   *
   * @param overrides each {@code key=value}; a value of {@code null} takes the key back
   * @throws ConfigException listing every problem
   */
  public static RunConfig read(Path file, List<String> overrides) {
    String yaml;
    try {
      yaml = Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      String why =
          Files.isDirectory(file)
              ? "it is a folder"
              : Files.exists(file) ? "it is not a readable text file in UTF-8" : "no such file";
      throw new ConfigException("Cannot read the configuration " + file + ": " + why);
    }
    return parse(yaml, file.getFileName().toString(), overrides);
  }

  /**
   * @param yaml the configuration
   * @param source what messages call it
   * @param overrides each {@code key=value}; a value of {@code null} takes the key back
   * @throws ConfigException listing every problem
   */
  public static RunConfig parse(String yaml, String source, List<String> overrides) {
    return parse(new Values(List.of(ConfigLayer.required(yaml, source))), overrides);
  }

  /**
   * @param json the configuration as {@link RunConfigWriter#toMap} has it
   * @param source what messages call it
   * @param overrides each {@code key=value}; a value of {@code null} takes the key back
   * @throws ConfigException listing every problem
   */
  public static RunConfig parse(ObjectNode json, String source, List<String> overrides) {
    return parse(new Values(List.of(ConfigLayer.of(JsonNodes.mapping(json, source)))), overrides);
  }

  /**
   * @param layers each over those before it
   * @throws ConfigException listing every problem
   */
  public static RunConfig parse(List<ConfigLayer> layers) {
    return parse(new Values(layers), List.of());
  }

  private static RunConfig parse(Values values, List<String> overrides) {
    overrides.forEach(values::override);
    RunConfig config = new RunConfigParser(values).run();
    if (!values.problems().isEmpty()) {
      throw new ConfigException(values.problems());
    }
    return config;
  }

  private RunConfig run() {
    return new RunConfig(
        model(),
        new TaskParser(values).task(),
        data(),
        method(),
        training(),
        values.require(ConfigKeys.OUTPUT, ""));
  }

  private ModelConfig model() {
    return new ModelConfig(
        values.require(ConfigKeys.MODEL_PATH, ""),
        values.find(ConfigKeys.POOLING),
        decimal(values.find(ConfigKeys.HIDDEN_DROPOUT)),
        decimal(values.find(ConfigKeys.ATTENTION_DROPOUT)),
        decimal(values.find(ConfigKeys.CLASSIFIER_DROPOUT)));
  }

  private DataConfig data() {
    Optional<Double> share =
        values.node(ConfigKeys.VALIDATION.name()).flatMap(node -> Key.decimal(node, v -> true));
    List<String> validation = List.of();
    if (share.isPresent()) {
      if (share.get() < 0 || share.get() >= 1) {
        values.problem(ConfigKeys.VALIDATION, "expected " + ConfigKeys.VALIDATION.expected());
      }
    } else {
      validation = values.find(ConfigKeys.VALIDATION).orElse(List.of());
    }
    return new DataConfig(
        nonEmpty(ConfigKeys.TRAIN, values.require(ConfigKeys.TRAIN, List.of("-"))),
        validation,
        validation.isEmpty() ? share.orElse(ConfigKeys.DEFAULT_VALIDATION_SHARE) : 0,
        values.find(ConfigKeys.TEST).orElse(List.of()),
        whole(values.find(ConfigKeys.MAX_TRAIN_SAMPLES)),
        values.find(ConfigKeys.FORMAT),
        values.get(ConfigKeys.ON_BAD_ROW),
        values.get(ConfigKeys.MAX_SEQ_LENGTH),
        values.get(ConfigKeys.LENGTH_WINDOW));
  }

  private MethodConfig method() {
    MaskMethod named = Methods.named(values.get(ConfigKeys.METHOD));
    MaskMethod method = named.as(options(named));
    MethodOptions options = options(method);
    List<Key<?>> others = new ArrayList<>(Methods.keys());
    others.removeAll(method.keys());
    if (!method.hasBudget()) {
      others.addAll(List.of(ConfigKeys.SPARSITY, ConfigKeys.K, ConfigKeys.SCOPE));
    }
    if (!method.hasRange()) {
      others.addAll(
          List.of(
              ConfigKeys.INCLUDE,
              ConfigKeys.EXCLUDE,
              ConfigKeys.TENSORS,
              ConfigKeys.HEAD_IN_BUDGET));
    }
    refuse(method.name(), options.find(Variant.KEY), others);
    method.problems(options).forEach(values::problem);
    return new MethodConfig(
        method.name(),
        method.hasBudget() ? Optional.of(budget(method.defaultScope(options))) : Optional.empty(),
        new MaskRange(
            nonEmpty(
                ConfigKeys.INCLUDE,
                values.find(ConfigKeys.INCLUDE).orElse(method.defaultInclude())),
            values.get(ConfigKeys.EXCLUDE),
            values.get(ConfigKeys.TENSORS).equals("linear"),
            values.get(ConfigKeys.HEAD_IN_BUDGET)),
        options);
  }

  private MethodOptions options(MaskMethod method) {
    MethodOptions options = MethodOptions.none();
    for (Key<?> key : method.keys()) {
      options = withValue(options, key);
    }
    return options;
  }

  private <T> MethodOptions withValue(MethodOptions options, Key<T> key) {
    return values
        .find(key)
        .or(key::fallback)
        .map(value -> options.with(key, value))
        .orElse(options);
  }

  private MaskBudget budget(Scope defaultScope) {
    Optional<Double> sparsity = values.find(ConfigKeys.SPARSITY);
    Optional<Integer> k = values.find(ConfigKeys.K);
    if (sparsity.isPresent() && k.isPresent()) {
      values.problem(ConfigKeys.K, "give either method.sparsity or method.k, not both");
      k = Optional.empty();
    }
    if (k.isEmpty()) {
      sparsity = sparsity.or(() -> Optional.of(ConfigKeys.DEFAULT_SPARSITY));
    }
    return new MaskBudget(
        decimal(sparsity), whole(k), values.find(ConfigKeys.SCOPE).orElse(defaultScope));
  }

  private void refuse(String method, Optional<String> variant, List<Key<?>> keys) {
    String which =
        variant.filter(v -> !v.equals(Variant.PAPER)).map(" of variant "::concat).orElse("");
    for (Key<?> key : keys) {
      if (values.given(key)) {
        values.problem(key, "it has no meaning for method.name " + method + which + "; remove it");
      }
    }
  }

  private TrainingConfig training() {
    evaluationStrategy();
    int batch = values.get(ConfigKeys.BATCH_SIZE);
    int micro = values.get(ConfigKeys.MICRO_BATCH_SIZE);
    if (batch % micro != 0) {
      values.problem(
          "Invalid training.batch_size: "
              + batch
              + " is not a multiple of training.micro_batch_size "
              + micro
              + "; a micro-batch of "
              + largestDivisor(batch, micro)
              + " would fit");
    }
    Optional<Double> warmupShare = warmupShare();
    return new TrainingConfig(
        values.get(ConfigKeys.LEARNING_RATE),
        values.get(ConfigKeys.EPOCHS),
        whole(values.find(ConfigKeys.MAX_STEPS)),
        batch,
        micro,
        values.get(ConfigKeys.EVAL_BATCH_SIZE),
        optimizer(),
        values.get(ConfigKeys.SCHEDULE),
        warmupShare.orElse(values.get(ConfigKeys.WARMUP_RATIO)),
        whole(values.find(ConfigKeys.WARMUP_STEPS)),
        decimal(values.get(ConfigKeys.MAX_GRAD_NORM)),
        whole(values.find(ConfigKeys.EVAL_STEPS)),
        values.get(ConfigKeys.LOGGING_STEPS),
        values.get(ConfigKeys.LOAD_BEST),
        whole(values.find(ConfigKeys.PATIENCE).flatMap(patience -> patience)),
        new Saving(values.get(ConfigKeys.SAVE_SECONDS), values.get(ConfigKeys.SAVE_DENSE_SECONDS)),
        values.get(ConfigKeys.SEED),
        values.get(ConfigKeys.PRECISION));
  }

  private OptimizerRecipe optimizer() {
    return new OptimizerRecipe(
        values.get(ConfigKeys.OPTIMIZER),
        values.get(ConfigKeys.ADAM_BETA1),
        values.get(ConfigKeys.ADAM_BETA2),
        values.get(ConfigKeys.ADAM_EPSILON),
        values.get(ConfigKeys.MOMENTUM),
        values.get(ConfigKeys.WEIGHT_DECAY),
        values.get(ConfigKeys.NO_DECAY));
  }

  /** Hugging Face's eval_strategy says in another way what eval_steps says; it has to agree. */
  private void evaluationStrategy() {
    Optional<Node> node = values.node(OtherNames.EVAL_STRATEGY);
    if (node.isEmpty()) {
      return;
    }
    String strategy = Key.string(node.get()).orElse("");
    boolean agrees =
        switch (strategy) {
          case "epoch" -> !values.given(ConfigKeys.EVAL_STEPS);
          case "steps" -> values.given(ConfigKeys.EVAL_STEPS);
          default -> false;
        };
    if (!agrees) {
      values.invalid(
          OtherNames.EVAL_STRATEGY,
          node.get(),
          "steps together with training.eval_steps, or epoch without it");
    }
  }

  /**
   * A share in (0, 1) under the name of warmup_steps, as newer versions of transformers have it.
   */
  private Optional<Double> warmupShare() {
    String name = ConfigKeys.WARMUP_STEPS.name();
    Optional<Double> share =
        values.node(name).flatMap(node -> Key.decimal(node, v -> v > 0 && v < 1));
    if (share.isPresent()) {
      values.remove(name);
    }
    return share;
  }

  private static int largestDivisor(int number, int limit) {
    int divisor = Math.min(number, limit);
    while (number % divisor != 0) {
      divisor--;
    }
    return divisor;
  }

  private <T> List<T> nonEmpty(Key<List<T>> key, List<T> list) {
    if (list.isEmpty()) {
      values.problem(key, "expected " + key.expected() + ", not an empty one");
    }
    return list;
  }

  private static OptionalDouble decimal(Optional<Double> value) {
    return value.map(OptionalDouble::of).orElseGet(OptionalDouble::empty);
  }

  private static OptionalInt whole(Optional<Integer> value) {
    return value.map(OptionalInt::of).orElseGet(OptionalInt::empty);
  }
}
