package io.sparsetune.method;

import io.sparsetune.error.ConfigException;
import io.sparsetune.keys.Key;
import java.util.List;
import java.util.Map;

/** Which form of a method is meant, where there is more than one. */
public final class Variant {
  /** As the paper's text has it: the default. */
  public static final String PAPER = "paper";

  /** As the code does it that Fu et al., AAAI 2023, released. */
  public static final String FU_CODE = "fu-code";

  /** Of mixout: as Lee et al. 2020 have it. */
  public static final String LEE = "lee";

  public static final Key<String> KEY =
      Key.word("method.variant", List.of(PAPER, FU_CODE, LEE))
          .withDefault(PAPER)
          .note("magnitude, diff: `fu-code` does as the paper's released code; mixout: `lee`");

  /** Of fu-code: steps of dense training before the mask is chosen. */
  public static final Key<Integer> BURN_IN =
      Key.count("method.burn_in", 1)
          .absentMeans("500")
          .note("magnitude and diff of variant fu-code: dense steps before the mask is chosen");

  private static final int DEFAULT_BURN_IN = 500;

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
          "Invalid method.burn_in: %,d steps leave none of the training's %,d steps to train inside the mask; use fewer, or a longer training"
              .formatted(burnIn, steps));
    }
    return burnIn;
  }

  /** What is wrong with the variant, for a method that has those alone. */
  public static Map<Key<?>, String> problems(MethodOptions options, String... variants) {
    return List.of(variants).contains(options.get(KEY))
        ? Map.of()
        : Map.of(KEY, "this method has " + String.join(" and ", variants));
  }

  /** What is wrong with a key without default that is for that variant alone. */
  public static Map<Key<?>, String> only(MethodOptions options, String variant, Key<?> key) {
    return options.get(KEY).equals(variant) || options.find(key).isEmpty()
        ? Map.of()
        : Map.of(key, "it is for method.variant " + variant + "; remove it");
  }
}
