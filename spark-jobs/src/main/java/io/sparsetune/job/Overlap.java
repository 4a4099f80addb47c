package io.sparsetune.job;

import io.sparsetune.files.JsonText;
import io.sparsetune.mask.MaskOverlap;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How far the masks of two runs agree.
 *
 * @param sameBase whether they were trained on the same base
 */
public record Overlap(
    String first,
    String second,
    boolean sameBase,
    MaskOverlap all,
    Map<String, MaskOverlap> layers,
    Map<String, MaskOverlap> kinds) {

  public Overlap {
    layers = Collections.unmodifiableMap(new LinkedHashMap<>(layers));
    kinds = Collections.unmodifiableMap(new LinkedHashMap<>(kinds));
  }

  /** For programs; ends with a line break. */
  public String json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("first", first);
    json.put("second", second);
    json.put("same_base", sameBase);
    json.put("all", json(all));
    json.put("layers", json(layers));
    json.put("kinds", json(kinds));
    return JsonText.pretty(json);
  }

  private static Map<String, Object> json(Map<String, MaskOverlap> groups) {
    Map<String, Object> json = new LinkedHashMap<>();
    groups.forEach((name, overlap) -> json.put(name, json(overlap)));
    return json;
  }

  static Map<String, Object> json(MaskOverlap overlap) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("size", overlap.size());
    json.put("first", overlap.first());
    json.put("second", overlap.second());
    json.put("both", overlap.both());
    json.put("jaccard", overlap.jaccard());
    json.put("expected_both", overlap.expected());
    json.put("expected_jaccard", overlap.expectedJaccard());
    return json;
  }
}
