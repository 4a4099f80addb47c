package io.sparsetune.params;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The order of a model's tensors in one flat vector of n parameters. Order is that of Hugging
 * Face's {@code named_parameters()}, whatever the order of a file. Immutable.
 */
public final class ParameterLayout {
  private final List<TensorSpec> tensors;
  private final int[] offsets;
  private final Map<String, Integer> byName = new HashMap<>();

  /**
   * @throws IllegalArgumentException for a repeated name, or for more than 2³¹ − 9 parameters
   */
  public ParameterLayout(List<TensorSpec> tensors) {
    this.tensors = List.copyOf(tensors);
    this.offsets = new int[tensors.size() + 1];
    long offset = 0;
    for (int t = 0; t < tensors.size(); t++) {
      if (byName.put(tensors.get(t).name(), t) != null) {
        throw new IllegalArgumentException(
            "Invalid layout: repeated tensor " + tensors.get(t).name());
      }
      offset += tensors.get(t).size();
      if (offset > Integer.MAX_VALUE - 8) {
        throw new IllegalArgumentException("Invalid layout: more than 2,147,483,639 parameters");
      }
      offsets[t + 1] = (int) offset;
    }
  }

  public List<TensorSpec> tensors() {
    return tensors;
  }

  public int tensorCount() {
    return tensors.size();
  }

  public TensorSpec tensor(int index) {
    return tensors.get(index);
  }

  /** Index of the tensor of that name, or −1. */
  public int indexOf(String name) {
    return byName.getOrDefault(name, -1);
  }

  /** Position of the tensor's first element in the flat vector. */
  public int offset(int tensor) {
    return offsets[tensor];
  }

  /** n, the number of parameters. */
  public int size() {
    return offsets[tensors.size()];
  }
}
