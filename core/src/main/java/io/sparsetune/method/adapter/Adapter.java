package io.sparsetune.method.adapter;

import io.sparsetune.error.ConfigException;
import io.sparsetune.keys.Key;
import io.sparsetune.method.EquivalentMethod;
import io.sparsetune.method.MethodConfig;
import io.sparsetune.method.MethodOptions;
import io.sparsetune.model.Activation;
import io.sparsetune.model.EncoderConfig;
import io.sparsetune.model.EquivalentModel;
import io.sparsetune.model.EquivalentModel.Placement;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Bottleneck adapters in the layers, of which all is trained: Houlsby et al. 2019; with {@code
 * placement: pfeiffer} one a layer, as in AdapterFusion (Pfeiffer et al. 2021).
 */
public final class Adapter implements EquivalentMethod {
  private static final int DEFAULT_SIZE = 64;

  public static final Key<Placement> PLACEMENT =
      Key.choice("method.placement", Placement.values())
          .withDefault(Placement.HOULSBY)
          .note("adapter: two a layer, or one after the feed-forward block");
  public static final Key<Integer> SIZE =
      Key.count("method.size", 1)
          .absentMeans("" + DEFAULT_SIZE)
          .note("adapter: features between down and up");
  public static final Key<Double> REDUCTION_FACTOR =
      Key.number("method.reduction_factor", "a number above 0", v -> v > 0)
          .absentMeans("none")
          .note("adapter: instead of size; size is hidden_size / reduction_factor");
  public static final Key<String> ACTIVATION =
      Key.word("method.activation", List.of("gelu", "relu", "swish"))
          .withDefault("gelu")
          .note("adapter: between down and up");
  public static final Key<Boolean> TRAIN_LAYER_NORM =
      Key.flag("method.train_layer_norm")
          .withDefault(false)
          .note("adapter: trains the layers' LayerNorms too");

  @Override
  public String name() {
    return "adapter";
  }

  @Override
  public List<Key<?>> keys() {
    return List.of(PLACEMENT, SIZE, REDUCTION_FACTOR, ACTIVATION, TRAIN_LAYER_NORM);
  }

  @Override
  public Map<Key<?>, String> problems(MethodOptions options) {
    return options.find(SIZE).isPresent() && options.find(REDUCTION_FACTOR).isPresent()
        ? Map.of(REDUCTION_FACTOR, "give either method.size or method.reduction_factor, not both")
        : Map.of();
  }

  @Override
  public EquivalentModel equivalentModel(MethodConfig config, EncoderConfig encoder) {
    MethodOptions options = config.options();
    int hidden = encoder.hiddenSize();
    int size = options.find(SIZE).orElse(DEFAULT_SIZE);
    Optional<Double> factor = options.find(REDUCTION_FACTOR);
    if (factor.isPresent()) {
      size = (int) Math.min(Integer.MAX_VALUE, hidden / factor.get());
      if (size == 0) {
        throw new ConfigException(
            "Invalid method.reduction_factor: %s; hidden_size %d divided by it is no feature at all, so %d is the most"
                .formatted(factor.get(), hidden, hidden));
      }
    }
    if (size > hidden) {
      throw new ConfigException(
          "Invalid method.%s: an adapter of %,d features is wider than the model's hidden_size %,d; it has to be a bottleneck"
              .formatted(factor.isPresent() ? "reduction_factor" : "size", size, hidden));
    }
    return new EquivalentModel.Adapter(options.get(PLACEMENT), size, activation(options));
  }

  private static Activation activation(MethodOptions options) {
    return switch (options.get(ACTIVATION)) {
      case "relu" -> Activation.RELU;
      case "swish" -> Activation.SILU;
      default -> Activation.GELU;
    };
  }

  @Override
  public boolean trains(TensorSpec tensor, MethodOptions options) {
    return tensor.part() == Part.ADDED
        || (options.get(TRAIN_LAYER_NORM)
            && tensor.part() == Part.ENCODER
            && tensor.name().contains(".LayerNorm."));
  }
}
