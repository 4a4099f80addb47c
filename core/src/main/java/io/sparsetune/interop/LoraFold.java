package io.sparsetune.interop;

import io.sparsetune.model.EquivalentModel.Lora;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.safetensors.FloatSink;
import java.util.Optional;

/**
 * W + (alpha / rank)·B·A in place of W, where a delta has LoRA's factors for it. An element's sum
 * is in double precision, rounded once.
 */
final class LoraFold {
  private static final String WEIGHT = ".weight";

  private final TrainedModel model;
  private final ParameterLayout layout;
  private final Optional<Lora> lora;

  LoraFold(TrainedModel model) {
    this.model = model;
    this.layout = model.layout();
    this.lora =
        model.spec().equivalent() instanceof Lora added ? Optional.of(added) : Optional.empty();
  }

  /** A sink that takes the trained model's elements of a tensor and passes the folded ones on. */
  FloatSink folding(int tensor, FloatSink next) {
    int a = factor(layout, tensor, Lora.A);
    int b = factor(layout, tensor, Lora.B);
    if (lora.isEmpty() || a < 0) {
      return next;
    }
    float[] factorA = model.values(a);
    float[] factorB = model.values(b);
    int columns = layout.tensor(tensor).columns();
    int rank = lora.get().rank();
    double scale = lora.get().scale();
    int[] at = {0};
    return (elements, count) -> {
      for (int i = 0; i < count; i++) {
        int row = (at[0] + i) / columns;
        int column = (at[0] + i) % columns;
        double product = 0;
        for (int r = 0; r < rank; r++) {
          product += (double) factorB[row * rank + r] * factorA[r * columns + column];
        }
        elements[i] = (float) (elements[i] + scale * product);
      }
      at[0] += count;
      next.accept(elements, count);
    };
  }

  /** Index of a weight's factor, or −1. */
  static int factor(ParameterLayout layout, int tensor, String factor) {
    String name = layout.tensor(tensor).name();
    return name.endsWith(WEIGHT)
        ? layout.indexOf(name.substring(0, name.length() - WEIGHT.length()) + factor)
        : -1;
  }
}
