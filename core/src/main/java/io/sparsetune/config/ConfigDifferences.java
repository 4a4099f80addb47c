package io.sparsetune.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The keys in which two configurations make different runs, whatever their outputs and the keys
 * that touch no bit of a result.
 */
public final class ConfigDifferences {
  /** Keys of files whose content decides, not their place. */
  private static final Set<String> PLACES =
      Set.of(
          "model.path", "data.train", "data.validation", "data.test", "data.format", "method.path");

  private ConfigDifferences() {}

  /**
   * The differences in words, such as {@code training.seed 2, not 1}; empty where there are none.
   */
  public static List<String> of(RunConfig there, RunConfig here) {
    return of(flat(there), flat(here));
  }

  /** The same without the keys that say where files lie. */
  public static List<String> beyondPlaces(RunConfig there, RunConfig here) {
    Map<String, Object> first = flat(there);
    Map<String, Object> second = flat(here);
    // A share of the training data is no place.
    boolean shares = there.data().validation().isEmpty() || here.data().validation().isEmpty();
    for (String key : PLACES) {
      if (!shares || !key.equals("data.validation")) {
        first.remove(key);
        second.remove(key);
      }
    }
    return of(first, second);
  }

  private static List<String> of(Map<String, Object> there, Map<String, Object> here) {
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

  private static Map<String, Object> flat(RunConfig config) {
    Map<String, Object> sections = new LinkedHashMap<>(RunConfigWriter.toMap(config));
    sections.remove("output");
    Map<String, Object> flat = new TreeMap<>();
    flatten("", sections, flat);
    RunConfigWriter.BITLESS.forEach(key -> flat.remove("training." + key));
    return flat;
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
}
