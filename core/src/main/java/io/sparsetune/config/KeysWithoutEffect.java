package io.sparsetune.config;

import io.sparsetune.keys.Key;
import io.sparsetune.method.MethodConfig;
import io.sparsetune.method.WholeMethod;
import io.sparsetune.optim.OptimizerRecipe;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Keys that are set and have no effect beside the others of a configuration. They are no mistake
 * that would be refused: a file of defaults may serve runs of which some do not need them.
 */
public final class KeysWithoutEffect {
  /**
   * A key that others can make useless.
   *
   * @param value what the configuration has for the key
   * @param useless whether no value of it would change the run
   * @param why ends the warning
   */
  record Rule<T>(
      Key<?> key, Function<RunConfig, T> value, Predicate<RunConfig> useless, String why) {

    /** Whether the configuration has another value than without the key. */
    private boolean isSet(RunConfig config) {
      Object set = value.apply(config);
      return set instanceof Optional<?> optional
          ? optional.isPresent()
          : !Objects.equals(set, key.fallback().orElseThrow());
    }
  }

  private static final String NO_VALIDATION = "there are no validation data (data.validation: 0)";
  private static final String NOT_ADAMW = "training.optimizer is not adamw";

  /** Every key that can be useless and is not refused then. */
  static final List<Rule<?>> RULES =
      List.of(
          new Rule<>(
              ConfigKeys.EPOCHS,
              c -> c.training().epochs(),
              c -> c.training().maxSteps().isPresent(),
              "training.max_steps says how long it takes"),
          new Rule<>(
              ConfigKeys.EVAL_BATCH_SIZE,
              c -> c.training().evalBatchSize(),
              c -> !validates(c) && c.data().test().isEmpty(),
              "there are no validation and no test data"),
          new Rule<>(
              ConfigKeys.ADAM_BETA1,
              c -> c.training().optimizer().beta1(),
              c -> !adam(c),
              NOT_ADAMW),
          new Rule<>(
              ConfigKeys.ADAM_BETA2,
              c -> c.training().optimizer().beta2(),
              c -> !adam(c),
              NOT_ADAMW),
          new Rule<>(
              ConfigKeys.ADAM_EPSILON,
              c -> c.training().optimizer().epsilon(),
              c -> !adam(c),
              NOT_ADAMW),
          new Rule<>(
              ConfigKeys.MOMENTUM,
              c -> c.training().optimizer().momentum(),
              KeysWithoutEffect::adam,
              "training.optimizer is not sgd"),
          new Rule<>(
              ConfigKeys.NO_DECAY,
              c -> c.training().optimizer().noDecay(),
              c -> c.training().optimizer().weightDecay() == 0,
              "training.weight_decay is 0"),
          new Rule<>(
              ConfigKeys.WARMUP_RATIO,
              c -> c.training().warmupRatio(),
              c -> c.training().warmupSteps().isPresent(),
              "training.warmup_steps says how long the warm-up is"),
          new Rule<>(
              ConfigKeys.EVAL_STEPS,
              c -> present(c.training().evalSteps().isPresent()),
              c -> !validates(c),
              NO_VALIDATION),
          new Rule<>(
              ConfigKeys.LOAD_BEST,
              c -> c.training().loadBestModelAtEnd(),
              c -> !validates(c),
              NO_VALIDATION),
          new Rule<>(
              ConfigKeys.SAVE_SECONDS,
              c -> c.training().saving().seconds(),
              c -> isWhole(c),
              "a method that trains everything is saved by training.save_dense_seconds"),
          new Rule<>(
              ConfigKeys.SAVE_DENSE_SECONDS,
              c -> c.training().saving().denseSeconds(),
              c -> !isWhole(c) && !hasRounds(c),
              "the method has no state of the model's size"),
          new Rule<>(
              ConfigKeys.PATIENCE,
              c -> present(c.training().patience().isPresent()),
              c -> !validates(c),
              NO_VALIDATION));

  private KeysWithoutEffect() {}

  /** A warning for each key that is set and useless; empty for defaults. */
  public static List<String> warnings(RunConfig config) {
    return RULES.stream()
        .filter(rule -> rule.isSet(config) && rule.useless().test(config))
        .map(rule -> rule.key().name() + " has no effect: " + rule.why())
        .toList();
  }

  private static Optional<Boolean> present(boolean set) {
    return set ? Optional.of(true) : Optional.empty();
  }

  private static boolean isWhole(RunConfig config) {
    return config.method().method() instanceof WholeMethod;
  }

  /**
   * Asks for a training that is long enough for any rounds: whether they fit is not judged here.
   */
  private static boolean hasRounds(RunConfig config) {
    MethodConfig method = config.method();
    return method.method().rounds(method.options(), Integer.MAX_VALUE, 1).isPresent();
  }

  private static boolean validates(RunConfig config) {
    return !config.data().validation().isEmpty() || config.data().validationShare() > 0;
  }

  private static boolean adam(RunConfig config) {
    return config.training().optimizer().kind() == OptimizerRecipe.Kind.ADAMW;
  }
}
