package io.sparsetune.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.keys.Key;
import io.sparsetune.method.Methods;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Each key changes a run, is refused, or is said to have no effect. */
class KeysWithoutEffectTest {
  /** Keys that change every run that may have them. Those of methods are refused by other ones. */
  private static final List<Key<?>> ALWAYS =
      List.of(
          ConfigKeys.MODEL_PATH,
          ConfigKeys.POOLING,
          ConfigKeys.HIDDEN_DROPOUT,
          ConfigKeys.ATTENTION_DROPOUT,
          ConfigKeys.CLASSIFIER_DROPOUT,
          ConfigKeys.TASK_TYPE,
          ConfigKeys.TEXT,
          ConfigKeys.TEXT_PAIR,
          ConfigKeys.QUESTION,
          ConfigKeys.CHOICES,
          ConfigKeys.SPAN1_TEXT,
          ConfigKeys.SPAN1_INDEX,
          ConfigKeys.SPAN2_TEXT,
          ConfigKeys.SPAN2_INDEX,
          ConfigKeys.LABEL,
          ConfigKeys.LABELS,
          ConfigKeys.METRIC,
          ConfigKeys.TRAIN,
          ConfigKeys.VALIDATION,
          ConfigKeys.TEST,
          ConfigKeys.MAX_TRAIN_SAMPLES,
          ConfigKeys.FORMAT,
          ConfigKeys.ON_BAD_ROW,
          ConfigKeys.MAX_SEQ_LENGTH,
          ConfigKeys.LENGTH_WINDOW,
          ConfigKeys.METHOD,
          ConfigKeys.SPARSITY,
          ConfigKeys.K,
          ConfigKeys.SCOPE,
          ConfigKeys.INCLUDE,
          ConfigKeys.EXCLUDE,
          ConfigKeys.TENSORS,
          ConfigKeys.HEAD_IN_BUDGET,
          ConfigKeys.LEARNING_RATE,
          ConfigKeys.MAX_STEPS,
          ConfigKeys.BATCH_SIZE,
          ConfigKeys.MICRO_BATCH_SIZE,
          ConfigKeys.OPTIMIZER,
          ConfigKeys.WEIGHT_DECAY,
          ConfigKeys.SCHEDULE,
          ConfigKeys.WARMUP_STEPS,
          ConfigKeys.MAX_GRAD_NORM,
          ConfigKeys.LOGGING_STEPS,
          ConfigKeys.SEED,
          ConfigKeys.PRECISION,
          ConfigKeys.OUTPUT);

  private static List<String> warnings(String... overrides) {
    return KeysWithoutEffect.warnings(
        RunConfigParser.parse(RunConfigParserTest.LEAST, "run.yaml", List.of(overrides)));
  }

  @Test
  void everyKeyIsOfOneKind() {
    List<Key<?>> known = new ArrayList<>(ALWAYS);
    known.addAll(Methods.keys());
    KeysWithoutEffect.RULES.forEach(rule -> known.add(rule.key()));
    assertThat(known).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(ConfigKeys.ALL);
  }

  @Test
  void aKeyThatIsSetAndHasNoEffectIsSaid() {
    Map<String, String> useless = new LinkedHashMap<>();
    useless.put("num_train_epochs=7", "max_steps=5");
    useless.put("adam_beta1=0.5", "optimizer=sgd");
    useless.put("adam_beta2=0.5", "optimizer=sgd");
    useless.put("adam_epsilon=0.5", "optimizer=sgd");
    useless.put("momentum=0.5", "optimizer=adamw");
    useless.put("no_decay=[a]", "weight_decay=0");
    useless.put("warmup_ratio=0.5", "warmup_steps=3");
    useless.put("save_seconds=5", "method.name=full");
    useless.put("save_dense_seconds=5", "method.name=random");
    for (String key :
        List.of(
            "eval_steps=3",
            "eval_batch_size=16",
            "load_best_model_at_end=false",
            "early_stopping_patience=2")) {
      useless.put(key, "data.validation=0");
    }
    assertThat(useless).hasSize(KeysWithoutEffect.RULES.size());
    useless.forEach(
        (key, beside) -> {
          String other =
              beside.contains("validation")
                  ? "data.validation=0"
                  : beside.contains(".") ? beside : "training." + beside;
          assertThat(warnings("training." + key, other))
              .as("%s beside %s", key, other)
              .singleElement()
              .asString()
              .startsWith("training." + key.substring(0, key.indexOf('=')) + " has no effect: ");
          assertThat(warnings(other)).as(other).isEmpty();
        });
  }

  @Test
  void patienceWithoutValidationIsSaid() {
    assertThat(warnings("data.validation=0", "training.early_stopping_patience=3"))
        .containsExactly(
            "training.early_stopping_patience has no effect: there are no validation data"
                + " (data.validation: 0)");
  }

  @Test
  void denseStatesOfABurnInAreSaved() {
    for (String method : List.of("magnitude", "diff")) {
      assertThat(
              warnings(
                  "method.name=" + method,
                  "method.variant=fu-code",
                  "method.burn_in=3",
                  "training.max_steps=9",
                  "training.save_dense_seconds=5"))
          .as(method)
          .isEmpty();
    }
  }

  @Test
  void defaultsAreNeverWarnedAbout() {
    assertThat(warnings()).isEmpty();
    for (String method : Methods.names()) {
      List<String> overrides = new ArrayList<>(List.of("method.name=" + method));
      if (method.equals("file")) {
        overrides.add("method.path=mask.safetensors");
      }
      assertThat(warnings(overrides.toArray(String[]::new))).as(method).isEmpty();
    }
  }
}
