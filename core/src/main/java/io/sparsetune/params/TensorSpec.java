package io.sparsetune.params;

import java.util.Arrays;
import java.util.List;

/**
 * A named tensor of a model: Hugging Face's name without the architecture's prefix ({@code
 * encoder.layer.0.attention.self.query.weight}), its shape, and the part of the model it belongs
 * to.
 */
public record TensorSpec(String name, List<Integer> shape, Part part) {

  /**
   * Where a tensor stands in the model; masks range over {@link #ENCODER} unless asked otherwise.
   */
  public enum Part {
    EMBEDDINGS,
    ENCODER,
    /** What an equivalent model has beside the base: adapters, LoRA's factors. */
    ADDED,
    /** Pooler where it is used, and classifier: trained densely, never counted in the budget. */
    HEAD
  }

  public TensorSpec {
    shape = List.copyOf(shape);
    if (name.isBlank() || shape.isEmpty() || shape.stream().anyMatch(d -> d <= 0)) {
      throw new IllegalArgumentException("Invalid tensor: " + name + " " + shape);
    }
  }

  public static TensorSpec of(String name, Part part, int... shape) {
    return new TensorSpec(name, Arrays.stream(shape).boxed().toList(), part);
  }

  /** Number of elements. */
  public int size() {
    int size = 1;
    for (int dimension : shape) {
      size = Math.multiplyExact(size, dimension);
    }
    return size;
  }

  /** Whether it is the weight of a Linear layer; an embedding is none. */
  public boolean isLinearWeight() {
    return part != Part.EMBEDDINGS && shape.size() == 2;
  }

  /** Elements in one row of the flattened matrix: the last dimension. */
  public int columns() {
    return shape.get(shape.size() - 1);
  }
}
