package io.sparsetune.job;

import io.sparsetune.files.JsonText;
import io.sparsetune.mask.MaskTable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a finished run's delta says of itself.
 *
 * @param method that chose the mask
 * @param n parameters that the mask ranges over
 * @param k size of the mask
 * @param head parameters trained beside the mask
 * @param tensors of the model in which something is trained, in layout order
 * @param mask where the mask put its budget
 * @param labels by index; empty for regression
 * @param metric what the best values were chosen by
 * @param validation the metric's value then, where there was validation data
 * @param deltaSha256 of the file
 * @param base where the base was
 */
public record Inspection(
    String run,
    String method,
    long n,
    int k,
    int head,
    List<Tensor> tensors,
    MaskTable mask,
    String task,
    List<String> labels,
    String metric,
    OptionalDouble validation,
    String pooling,
    String baseSha256,
    String deltaSha256,
    long deltaBytes,
    String runId,
    String libraryVersion,
    Optional<String> base) {

  /**
   * @param trained how many of its parameters are trained
   * @param size how many it has
   */
  public record Tensor(String name, int trained, int size) {}

  public Inspection {
    tensors = List.copyOf(tensors);
    labels = List.copyOf(labels);
  }

  /** k/n. */
  public double sparsity() {
    return (double) k / n;
  }

  /** For programs; ends with a line break. */
  public String json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("run", run);
    json.put("method", method);
    json.put("n", n);
    json.put("k", k);
    json.put("head", head);
    json.put("sparsity", sparsity());
    json.put("sparsity_with_head", (double) (k + head) / (n + head));
    json.put("task", task);
    json.put("labels", labels);
    json.put("metric", metric);
    validation.ifPresent(value -> json.put("validation", value));
    json.put("pooling", pooling);
    json.put("base_sha256", baseSha256);
    base.ifPresent(path -> json.put("base", path));
    json.put("delta_sha256", deltaSha256);
    json.put("delta_bytes", deltaBytes);
    json.put("run_id", runId);
    json.put("library_version", libraryVersion);
    Map<String, Object> counts = new LinkedHashMap<>();
    tensors.forEach(tensor -> counts.put(tensor.name(), tensor.trained()));
    json.put("tensors", counts);
    json.put("mask", maskJson());
    return JsonText.pretty(json);
  }

  private static Map<String, Object> countJson(MaskTable.Count count) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("chosen", count.chosen());
    json.put("size", count.size());
    return json;
  }

  /** Counts by layer, and in it by kind. */
  private Map<String, Object> maskJson() {
    Map<String, Object> layers = new LinkedHashMap<>();
    for (String layer : mask.layers()) {
      Map<String, Object> kinds = new LinkedHashMap<>();
      mask.cells()
          .forEach(
              (place, count) -> {
                if (place.layer().equals(layer)) {
                  kinds.put(place.kind(), countJson(count));
                }
              });
      layers.put(layer, kinds);
    }
    return layers;
  }
}
