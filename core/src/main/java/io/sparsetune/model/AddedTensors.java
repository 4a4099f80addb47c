package io.sparsetune.model;

import io.sparsetune.model.EquivalentModel.Adapter;
import io.sparsetune.model.EquivalentModel.Lora;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.random.Randomness;
import io.sparsetune.random.Randomness.Purpose;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The tensors that an equivalent model has beside the base's, and what they start as. */
public final class AddedTensors {
  private static final double INITIALISER_RANGE = 0.02;
  private static final String DOWN = ".down.weight";

  private final EquivalentModel model;
  private final Set<String> loraModules;

  AddedTensors(EquivalentModel model, EncoderConfig encoder) {
    this.model = model;
    this.loraModules =
        model instanceof Lora lora
            ? lora.modules(encoder).stream().map(LinearModule::name).collect(Collectors.toSet())
            : Set.of();
  }

  /** Those that follow a linear layer of weight [out, in]. */
  List<TensorSpec> after(String module, int out, int in) {
    if (model instanceof Lora lora && loraModules.contains(module)) {
      return List.of(
          TensorSpec.of(module + Lora.A, Part.ADDED, lora.rank(), in),
          TensorSpec.of(module + Lora.B, Part.ADDED, out, lora.rank()));
    }
    if (model instanceof Adapter adapter && adapter.isOn(module)) {
      String name = Adapter.name(module);
      return List.of(
          TensorSpec.of(name + DOWN, Part.ADDED, adapter.size(), out),
          TensorSpec.of(name + ".down.bias", Part.ADDED, adapter.size()),
          TensorSpec.of(name + ".up.weight", Part.ADDED, out, adapter.size()),
          TensorSpec.of(name + ".up.bias", Part.ADDED, out));
    }
    return List.of();
  }

  /**
   * What an added tensor starts as: all that it gives is zero.
   *
   * @param index in the layout
   * @param seed of the run
   */
  public static float[] initial(TensorSpec tensor, int index, long seed) {
    float[] values = new float[tensor.size()];
    long key = Randomness.key(seed, Purpose.ADDED_INITIALISATION, index);
    if (tensor.name().endsWith(Lora.A)) {
      // Kaiming's uniform of slope √5, as Hu et al.'s code has it.
      double bound = 1 / Math.sqrt(tensor.columns());
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (bound * (2 * Randomness.uniform(key, i) - 1));
      }
    } else if (tensor.name().endsWith(DOWN)) {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (INITIALISER_RANGE * Randomness.normal(key, i));
      }
    }
    return values;
  }
}
