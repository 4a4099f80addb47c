package io.sparsetune.experiments;

import io.sparsetune.config.RunConfig;
import io.sparsetune.config.RunConfigWriter;
import io.sparsetune.mask.MaskBudget;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One run of the experiments.
 *
 * @param name as a path: the run's folder below the experiments' output
 * @param line the name of its line in the results, which it shares with other seeds
 * @param task its name on the grid's axis; may be empty
 * @param method its name on the grid's axis, or that of its file
 * @param config everything resolved
 */
public record Cell(String name, String line, String task, String method, RunConfig config) {
  /** Keys of the section {@code training} that touch no bit of the result. */
  private static final List<String> WITHOUT_EFFECT = List.of("eval_batch_size", "logging_steps");

  /** The budget as a name: 0.005, or k=1000; empty for a method that has none. */
  String budget() {
    return config.method().budget().map(Cell::shown).orElse("");
  }

  private static String shown(MaskBudget budget) {
    return budget.sparsity().isPresent()
        ? new BigDecimal(Double.toString(budget.sparsity().getAsDouble()))
            .stripTrailingZeros()
            .toPlainString()
        : "k=" + budget.k().getAsInt();
  }

  long seed() {
    return config.training().seed();
  }

  /**
   * What tells a run of that configuration from this cell's, wherever it went: {@code training.seed
   * 2, not 1}; empty where it is this cell's.
   */
  List<String> differences(RunConfig run) {
    Map<String, Object> there = new TreeMap<>();
    Map<String, Object> here = new TreeMap<>();
    flatten("", plain(run), there);
    flatten("", plain(config), here);
    Set<String> keys = new TreeSet<>(there.keySet());
    keys.addAll(here.keySet());
    return keys.stream()
        .filter(key -> !Objects.equals(there.get(key), here.get(key)))
        .map(
            key ->
                "%s %s, not %s"
                    .formatted(
                        key,
                        there.getOrDefault(key, "not given"),
                        here.getOrDefault(key, "not given")))
        .toList();
  }

  private static void flatten(String prefix, Map<?, ?> section, Map<String, Object> into) {
    section.forEach(
        (name, value) -> {
          if (value instanceof Map<?, ?> inner) {
            flatten(prefix + name + ".", inner, into);
          } else {
            into.put(prefix + name, value);
          }
        });
  }

  /** Whether nothing but the seed, and where it goes, tells the two apart. */
  boolean isSeedOf(Cell other) {
    return withoutSeed(config).equals(withoutSeed(other.config));
  }

  private static Map<String, Object> withoutSeed(RunConfig config) {
    Map<String, Object> plain = plain(config);
    section(plain, "training").remove("seed");
    return plain;
  }

  private static Map<String, Object> plain(RunConfig config) {
    Map<String, Object> plain = new LinkedHashMap<>(RunConfigWriter.toMap(config));
    plain.remove("output");
    section(plain, "training").keySet().removeAll(WITHOUT_EFFECT);
    return plain;
  }

  /** A section of its own, so that keys can be taken away. */
  @SuppressWarnings("unchecked")
  private static Map<String, Object> section(Map<String, Object> sections, String name) {
    Map<String, Object> copy = new LinkedHashMap<>((Map<String, Object>) sections.get(name));
    sections.put(name, copy);
    return copy;
  }
}
