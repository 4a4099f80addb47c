package io.sparsetune.model;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * A model of more parameters that computes the same function as the pre-trained one: what is added
 * gives zero at the start. Training the added tensors is sparse fine-tuning of the larger model (Fu
 * et al., AAAI 2023).
 */
public sealed interface EquivalentModel extends Serializable {
  /** The pre-trained model itself. */
  EquivalentModel BASE = new Base();

  /** Nothing is added. */
  record Base() implements EquivalentModel {}

  /**
   * W·x + (alpha / rank)·B·A·dropout(x) in place of W·x: Hu et al. 2022. A is [rank, in], drawn
   * from U(±1/√in); B is [out, rank], zero.
   *
   * @param targets ends of linear layers' names, whole dotted parts, as PEFT's target_modules
   * @param dropout of the input of A, a probability in [0, 1)
   */
  record Lora(List<String> targets, int rank, double alpha, double dropout)
      implements EquivalentModel {
    public static final String A = ".lora_A.weight";
    public static final String B = ".lora_B.weight";

    /** The largest alpha that makes sense: far above any in use, far below what overflows. */
    public static final double MOST_ALPHA = 1e6;

    public Lora {
      targets = List.copyOf(targets);
      if (targets.isEmpty() || rank <= 0 || !(alpha > 0 && alpha <= MOST_ALPHA)) {
        throw new IllegalArgumentException(
            "Invalid LoRA: targets %s, rank %d, alpha %s: there have to be some, above 0, alpha at most 1e6"
                .formatted(targets, rank, alpha));
      }
      if (!(dropout >= 0 && dropout < 1)) {
        throw new IllegalArgumentException(
            "Invalid LoRA: dropout " + dropout + " (a probability in [0, 1))");
      }
    }

    /** What B·A·x is multiplied with. */
    public double scale() {
      return alpha / rank;
    }

    /**
     * The linear layers that the targets name, in layout order.
     *
     * @throws IllegalArgumentException where a target names none, or the rank is above a layer's
     *     smaller dimension
     */
    public List<LinearModule> modules(EncoderConfig encoder) {
      List<LinearModule> all = LinearModule.of(encoder);
      for (String target : targets) {
        if (all.stream().noneMatch(module -> module.isNamed(target))) {
          throw new IllegalArgumentException(
              "Invalid LoRA: '%s' is no linear layer of the encoder; known are %s"
                  .formatted(target, String.join(", ", LinearModule.KINDS)));
        }
      }
      List<LinearModule> chosen =
          all.stream().filter(module -> targets.stream().anyMatch(module::isNamed)).toList();
      for (LinearModule module : chosen) {
        if (rank > Math.min(module.in(), module.out())) {
          throw new IllegalArgumentException(
              "Invalid LoRA: rank %d is above what %s has, [%d, %d]"
                  .formatted(rank, module.name(), module.out(), module.in()));
        }
      }
      return chosen;
    }
  }

  /**
   * h + up(activation(down(h))) in place of a dense layer's output h, before dropout, residual and
   * LayerNorm: Houlsby et al. 2019. down is [size, hidden], drawn from N(0, 0.02); up [hidden,
   * size], all zero.
   */
  record Adapter(Placement placement, int size, Activation activation) implements EquivalentModel {
    private static final String DENSE = ".dense";

    public Adapter {
      if (size <= 0) {
        throw new IllegalArgumentException("Invalid adapter: size " + size + " is not above 0");
      }
    }

    /** Name of the adapter on the output of the dense layer of that name. */
    public static String name(String dense) {
      String block = dense.substring(0, dense.length() - DENSE.length());
      String attention = ".attention.output";
      return (block.endsWith(attention)
              ? block.substring(0, block.length() - ".output".length())
              : block)
          + ".adapter";
    }

    /** Whether there is one on the output of the dense layer of that name. */
    public boolean isOn(String dense) {
      boolean attention = dense.endsWith(".attention.output.dense");
      boolean feedForward = !attention && dense.endsWith(".output.dense");
      return feedForward || (attention && placement == Placement.HOULSBY);
    }
  }

  /** Where adapters are. */
  enum Placement {
    /** After the attention's and after the feed-forward block's dense layer. */
    HOULSBY,
    /** After the feed-forward block's alone: Pfeiffer et al. 2021. */
    PFEIFFER
  }

  /**
   * Names of those layers as {@link Lora#targets} that name them and no others: short ones where
   * they are enough.
   */
  static List<String> targets(EncoderConfig encoder, List<String> modules) {
    List<String> targets = new ArrayList<>();
    for (String kind : LinearModule.KINDS) {
      List<String> named =
          LinearModule.of(encoder).stream()
              .filter(module -> module.isNamed(kind))
              .map(LinearModule::name)
              .toList();
      if (modules.containsAll(named)) {
        targets.add(kind);
      }
    }
    modules.stream()
        .filter(name -> targets.stream().noneMatch(target -> LinearModule.ends(name, target)))
        .forEach(targets::add);
    return List.copyOf(targets);
  }
}
