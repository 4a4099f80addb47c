package io.sparsetune.sums;

import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import java.io.Serializable;
import java.util.List;
import java.util.function.IntPredicate;

/** A layout's tensors and which of them a dense sum takes. */
final class WantedTensors implements Serializable {
  private static final long serialVersionUID = 1;

  private final List<String> gradients;
  private final int[] sizes;
  private final boolean[] wanted;

  WantedTensors(ParameterLayout layout, IntPredicate wants) {
    this.gradients =
        layout.tensors().stream().map(TensorSpec::name).map("gradient of "::concat).toList();
    this.sizes = layout.tensors().stream().mapToInt(TensorSpec::size).toArray();
    this.wanted = new boolean[sizes.length];
    for (int t = 0; t < sizes.length; t++) {
      wanted[t] = wants.test(t);
    }
  }

  int count() {
    return sizes.length;
  }

  int size(int tensor) {
    return sizes[tensor];
  }

  boolean wants(int tensor) {
    return wanted[tensor];
  }

  /** What messages call the tensor's gradient. */
  String gradientOf(int tensor) {
    return gradients.get(tensor);
  }

  NotFiniteException outOfRange(int tensor, double gradient) {
    return new NotFiniteException(
        "A %s is %s: not finite or out of range".formatted(gradients.get(tensor), gradient));
  }
}
