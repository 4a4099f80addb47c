package io.sparsetune.bench;

import io.sparsetune.mask.Mask;
import io.sparsetune.model.EquivalentModel;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.random.Randomness;
import io.sparsetune.random.Randomness.Purpose;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What is timed; {@code bench_torch.py} has a mode of each name. */
enum Work {
  /** Random positions, a share of each encoder tensor. */
  MASK,
  /** The encoder's biases. */
  BITFIT,
  /** LoRA on query and value, rank 8, as PEFT's defaults. */
  LORA,
  /** The forward pass alone, dropout off. */
  FWD;

  String mode() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean trains() {
    return this != FWD;
  }

  EquivalentModel model() {
    return this == LORA
        ? new EquivalentModel.Lora(List.of("query", "value"), 8, 16, 0)
        : EquivalentModel.BASE;
  }

  /** What is trained beside the head. */
  Mask mask(ParameterLayout layout, double sparsity, long seed) {
    Mask.Builder builder = new Mask.Builder(layout);
    for (int t = 0; t < layout.tensorCount(); t++) {
      TensorSpec tensor = layout.tensor(t);
      boolean encoder = tensor.part() == Part.ENCODER;
      if (this == MASK && encoder) {
        int k = Math.max(1, (int) (sparsity * tensor.size()));
        long key = Randomness.key(seed, Purpose.RANDOM_MASK, t);
        int[] order = Randomness.permutation(key, tensor.size());
        builder.positions(t, Arrays.stream(order).limit(k).sorted().toArray());
      }
      if ((this == BITFIT && encoder && tensor.name().endsWith(".bias"))
          || tensor.part() == Part.ADDED) {
        builder.whole(t);
      }
    }
    return builder.build();
  }
}
