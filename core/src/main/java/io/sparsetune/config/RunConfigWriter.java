package io.sparsetune.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import io.sparsetune.files.CanonicalJson;
import io.sparsetune.files.KeyName;
import io.sparsetune.keys.Key;
import io.sparsetune.method.MethodConfig;
import io.sparsetune.model.Precision;
import io.sparsetune.optim.OptimizerRecipe;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Writes a run's configuration with every default filled in; the parser reads it back. */
public final class RunConfigWriter {
  /** Keys of the section {@code training} that touch no bit of a result. */
  static final List<String> BITLESS =
      List.of("eval_batch_size", "logging_steps", "save_seconds", "save_dense_seconds");

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectMapper YAML =
      new ObjectMapper(
          new YAMLFactory()
              .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
              .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
              .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS));

  private RunConfigWriter() {}

  public static String toYaml(RunConfig config) {
    try {
      return YAML.writeValueAsString(toMap(config));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A configuration cannot fail to be written", e);
    }
  }

  /**
   * One line of JSON, keys sorted, the same characters on every machine and JDK, of what the result
   * depends on: without {@code output}, without paths, whose contents are told apart by their own
   * hashes, and without what touches no bit.
   */
  public static String toIdentityJson(RunConfig config) {
    Map<String, Object> identity = new LinkedHashMap<>(toMap(config));
    identity.remove("output");
    Map<String, Object> method = method(config.method());
    config
        .method()
        .method()
        .contents(config.method().options())
        .forEach((key, hash) -> method.put(lastPart(key), hash));
    identity.put("method", method);
    without(identity, "model", List.of("path"));
    // A share is part of what the result depends on; the paths of a validation set are not.
    boolean share = config.data().validation().isEmpty();
    without(
        identity,
        "data",
        share
            ? List.of("train", "test", "format")
            : List.of("train", "validation", "test", "format"));
    List<String> bitless = new ArrayList<>(BITLESS);
    if (config.training().precision() == Precision.FP32) {
      // What runs had before there was another keeps its identity.
      bitless.add("precision");
    }
    without(identity, "training", bitless);
    return CanonicalJson.write(JSON.valueToTree(identity));
  }

  /** Sections in the order of the documentation; values are texts, numbers, flags and lists. */
  public static Map<String, Object> toMap(RunConfig config) {
    Map<String, Object> sections = new LinkedHashMap<>();
    sections.put("model", model(config.model()));
    sections.put("task", task(config.task()));
    sections.put("data", data(config.data()));
    sections.put("method", method(config.method()));
    sections.put("training", training(config.training()));
    sections.put("output", config.output());
    return sections;
  }

  private static Map<String, Object> model(ModelConfig model) {
    Section section = new Section();
    section.put(ConfigKeys.MODEL_PATH, model.path());
    section.put(ConfigKeys.POOLING, model.pooling());
    Map<String, Object> dropout = new LinkedHashMap<>();
    model.hiddenDropout().ifPresent(p -> dropout.put("hidden", shortest(p)));
    model.attentionDropout().ifPresent(p -> dropout.put("attention", shortest(p)));
    model.classifierDropout().ifPresent(p -> dropout.put("classifier", shortest(p)));
    if (!dropout.isEmpty()) {
      section.entries.put("dropout", dropout);
    }
    return section.entries;
  }

  private static Map<String, Object> task(TaskConfig task) {
    Section section = new Section();
    section.put(ConfigKeys.TASK_TYPE, task.type());
    section.put(ConfigKeys.TEXT, task.text());
    section.put(ConfigKeys.TEXT_PAIR, task.textPair());
    section.put(ConfigKeys.QUESTION, task.question());
    if (!task.choices().isEmpty()) {
      section.put(ConfigKeys.CHOICES, task.choices());
    }
    if (!task.spans().isEmpty()) {
      section.put(ConfigKeys.SPAN1_TEXT, task.spans().get(0).text());
      section.put(ConfigKeys.SPAN1_INDEX, task.spans().get(0).index());
      section.put(ConfigKeys.SPAN2_TEXT, task.spans().get(1).text());
      section.put(ConfigKeys.SPAN2_INDEX, task.spans().get(1).index());
    }
    section.put(ConfigKeys.LABEL, task.label());
    if (!task.labels().isEmpty()) {
      section.put(ConfigKeys.LABELS, task.labels());
    }
    section.put(ConfigKeys.METRIC, task.metric());
    return section.entries;
  }

  private static Map<String, Object> data(DataConfig data) {
    Section section = new Section();
    section.put(ConfigKeys.TRAIN, data.train());
    section.put(
        ConfigKeys.VALIDATION,
        data.validation().isEmpty() ? data.validationShare() : data.validation());
    if (!data.test().isEmpty()) {
      section.put(ConfigKeys.TEST, data.test());
    }
    section.put(ConfigKeys.MAX_TRAIN_SAMPLES, data.maxTrainSamples());
    section.put(ConfigKeys.FORMAT, data.format());
    section.put(ConfigKeys.ON_BAD_ROW, data.onBadRow());
    section.put(ConfigKeys.MAX_SEQ_LENGTH, data.maxSeqLength());
    section.put(ConfigKeys.LENGTH_WINDOW, data.lengthWindow());
    return section.entries;
  }

  private static Map<String, Object> method(MethodConfig method) {
    Section section = new Section();
    section.put(ConfigKeys.METHOD, method.name());
    method
        .budget()
        .ifPresent(
            budget -> {
              section.put(ConfigKeys.SPARSITY, budget.sparsity());
              section.put(ConfigKeys.K, budget.k());
              section.put(ConfigKeys.SCOPE, budget.scope());
            });
    if (method.method().hasRange()) {
      section.put(ConfigKeys.INCLUDE, method.range().include());
      if (!method.range().exclude().isEmpty()) {
        section.put(ConfigKeys.EXCLUDE, method.range().exclude());
      }
      section.put(ConfigKeys.TENSORS, method.range().linearOnly() ? "linear" : "all");
      section.put(ConfigKeys.HEAD_IN_BUDGET, method.range().head());
    }
    method.method().keys().forEach(key -> section.put(key, method.options().find(key)));
    return section.entries;
  }

  private static Map<String, Object> training(TrainingConfig training) {
    Section section = new Section();
    OptimizerRecipe optimizer = training.optimizer();
    section.put(ConfigKeys.LEARNING_RATE, training.learningRate());
    section.put(ConfigKeys.EPOCHS, training.epochs());
    section.put(ConfigKeys.MAX_STEPS, training.maxSteps());
    section.put(ConfigKeys.BATCH_SIZE, training.batchSize());
    section.put(ConfigKeys.MICRO_BATCH_SIZE, training.microBatchSize());
    section.put(ConfigKeys.EVAL_BATCH_SIZE, training.evalBatchSize());
    section.put(ConfigKeys.OPTIMIZER, optimizer.kind());
    section.put(ConfigKeys.ADAM_BETA1, optimizer.beta1());
    section.put(ConfigKeys.ADAM_BETA2, optimizer.beta2());
    section.put(ConfigKeys.ADAM_EPSILON, optimizer.epsilon());
    section.put(ConfigKeys.MOMENTUM, optimizer.momentum());
    section.put(ConfigKeys.WEIGHT_DECAY, optimizer.weightDecay());
    section.put(ConfigKeys.NO_DECAY, optimizer.noDecay());
    section.put(ConfigKeys.SCHEDULE, training.schedule());
    section.put(ConfigKeys.WARMUP_RATIO, training.warmupRatio());
    section.put(ConfigKeys.WARMUP_STEPS, training.warmupSteps());
    section.put(
        ConfigKeys.MAX_GRAD_NORM,
        training.maxGradNorm().isPresent() ? training.maxGradNorm() : "none");
    section.put(ConfigKeys.EVAL_STEPS, training.evalSteps());
    section.put(ConfigKeys.LOGGING_STEPS, training.loggingSteps());
    section.put(ConfigKeys.LOAD_BEST, training.loadBestModelAtEnd());
    section.put(ConfigKeys.PATIENCE, training.patience());
    section.put(ConfigKeys.SAVE_SECONDS, training.saving().seconds());
    section.put(ConfigKeys.SAVE_DENSE_SECONDS, training.saving().denseSeconds());
    section.put(ConfigKeys.SEED, training.seed());
    section.put(ConfigKeys.PRECISION, training.precision());
    return section.entries;
  }

  private static String lastPart(Key<?> key) {
    return key.name().substring(key.name().indexOf('.') + 1);
  }

  /** A section's entries by the last part of their keys; absent values are left out. */
  private static final class Section {
    private final Map<String, Object> entries = new LinkedHashMap<>();

    void put(Key<?> key, Object value) {
      plain(value).ifPresent(plain -> entries.put(lastPart(key), plain));
    }

    private static Optional<Object> plain(Object value) {
      if (value instanceof Optional<?> optional) {
        return optional.flatMap(Section::plain);
      }
      if (value instanceof OptionalInt number) {
        return number.isPresent() ? Optional.of(number.getAsInt()) : Optional.empty();
      }
      if (value instanceof OptionalDouble number) {
        return number.isPresent() ? Optional.of(shortest(number.getAsDouble())) : Optional.empty();
      }
      if (value instanceof Double number) {
        return Optional.of(shortest(number));
      }
      return Optional.of(value instanceof Enum<?> constant ? KeyName.of(constant) : value);
    }
  }

  /** The fewest digits that give the number back; whole numbers without an exponent. */
  private static BigDecimal shortest(double value) {
    BigDecimal plain = new BigDecimal(CanonicalJson.number(value));
    return plain.scale() < 0 ? plain.setScale(0) : plain;
  }

  @SuppressWarnings("unchecked")
  private static void without(Map<String, Object> sections, String name, List<String> keys) {
    Map<String, Object> section = new LinkedHashMap<>((Map<String, Object>) sections.get(name));
    keys.forEach(section::remove);
    sections.put(name, section);
  }
}
