package io.sparsetune.params;

import io.sparsetune.params.TensorSpec.Part;
import java.util.List;

/**
 * Where in the model a tensor stands, as tables of masks show it.
 *
 * @param layer {@code embeddings}, the number of a layer of the encoder, or {@code head}
 * @param kind what the tensor is: {@code query}, {@code key}, {@code value}, {@code
 *     attention.output}, {@code intermediate}, {@code output} for weights of those Linear layers,
 *     {@code LayerNorm} for its weights and biases, {@code bias} for all other biases; of tensors
 *     elsewhere, or that a method added, what their names say
 */
public record TensorPlace(String layer, String kind) {
  private static final String LAYER = "encoder.layer.";

  /** Modules of a layer, the longer names first. */
  private static final List<String> MODULES =
      List.of("attention.output", "query", "key", "value", "intermediate", "output");

  public static TensorPlace of(TensorSpec tensor) {
    String name = tensor.name();
    if (tensor.part() == Part.HEAD) {
      return new TensorPlace("head", name);
    }
    if (!name.startsWith(LAYER)) {
      return new TensorPlace(
          "embeddings", name.contains("LayerNorm") ? "LayerNorm" : part(name, 1));
    }
    String inside = name.substring(LAYER.length());
    String layer = part(inside, 0);
    return new TensorPlace(layer, kind(inside.substring(layer.length() + 1)));
  }

  private static String kind(String name) {
    for (String added : List.of("lora_A", "lora_B", "adapter")) {
      if (name.contains(added)) {
        return added;
      }
    }
    if (name.contains("LayerNorm")) {
      return "LayerNorm";
    }
    if (name.endsWith(".bias")) {
      return "bias";
    }
    return MODULES.stream().filter(module -> name.contains(module)).findFirst().orElse(name);
  }

  private static String part(String name, int index) {
    String[] parts = name.split("\\.");
    return parts[Math.min(index, parts.length - 1)];
  }
}
