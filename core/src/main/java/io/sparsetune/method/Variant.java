package io.sparsetune.method;

import io.sparsetune.error.ConfigException;
import io.sparsetune.error.Counted;
import io.sparsetune.keys.Key;
import java.util.HashMap;
import java.util.Map;

/** Which form of a method is meant, where there is more than one. */
public final class Variant {
  /** As the paper's text has it: the default. */
  public static final String PAPER = "paper";

  /** As the code does it that Fu et al., AAAI 2023, released. */
  public static final String FU_CODE = "fu-code";

  /** Of mixout: as Lee et al. 2020 have it. */
  public static final String LEE = "lee";

  /** Reads any word: which of them a method has, {@link #problems} knows. */
  public static final Key<String> KEY =
      Key.text("method.variant", String.join(", ", PAPER, FU_CODE, LEE))
          .withDefault(PAPER)
          .note("magnitude, diff: `fu-code` does as the paper's released code; mixout: `lee`");

  private static final int DEFAULT_BURN_IN = 500;

  /** Of fu-code: steps of dense training before the mask is chosen. */
  public static final Key<Integer> BURN_IN =
      Key.count("method.burn_in", 1)
          .absentMeans("" + DEFAULT_BURN_IN)
          .note("magnitude and diff of variant fu-code: dense steps before the mask is chosen");

  private Variant() {}

  /**
   * Steps of the burn-in.
   *
   * @param steps of the training
   * @throws ConfigException where nothing is left of them
   */
  public static int burnIn(MethodOptions options, int steps) {
    int burnIn = options.find(BURN_IN).orElse(DEFAULT_BURN_IN);
    if (burnIn >= steps) {
      throw new ConfigException(
          "Invalid method.burn_in: %s leave none of the training's %s to train inside the mask; use fewer, or a longer training"
              .formatted(Counted.of(burnIn, "step"), Counted.of(steps, "step")));
    }
    return burnIn;
  }

  /**
   * What is wrong with the variant, and with a key of its own, for a method that has one beside the
   * paper's.
   *
   * @param other the one beside {@link #PAPER}
   * @param key without default, for that variant alone
   */
  public static Map<Key<?>, String> problems(MethodOptions options, String other, Key<?> key) {
    String variant = options.get(KEY);
    Map<Key<?>, String> problems = new HashMap<>();
    if (!variant.equals(PAPER) && !variant.equals(other)) {
      problems.put(KEY, "this method has " + PAPER + " and " + other);
    }
    if (!variant.equals(other) && options.find(key).isPresent()) {
      problems.put(key, "it is for method.variant " + other + "; remove it");
    }
    return problems;
  }
}
