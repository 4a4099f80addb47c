package io.sparsetune.method.lora;

import io.sparsetune.error.ConfigException;
import io.sparsetune.error.NearestName;
import io.sparsetune.keys.Key;
import io.sparsetune.method.EquivalentMethod;
import io.sparsetune.method.MethodConfig;
import io.sparsetune.method.MethodOptions;
import io.sparsetune.model.EncoderConfig;
import io.sparsetune.model.EquivalentModel;
import io.sparsetune.model.LinearModule;
import java.util.ArrayList;
import java.util.List;

/** W·x + (lora_alpha / rank)·B·A·x, of which A and B are trained: Hu et al. 2022. */
public final class Lora implements EquivalentMethod {
  public static final Key<List<String>> TARGETS =
      Key.texts("method.target_modules", "a list of linear layers' names")
          .withDefault(List.of("query", "value"))
          .note("lora: " + String.join(", ", LinearModule.KINDS) + ", or longer names");
  public static final Key<Integer> RANK =
      Key.count("method.rank", 1).withDefault(8).note("lora; `r` means the same");
  public static final Key<Double> ALPHA =
      Key.number(
              "method.lora_alpha",
              "a number above 0, at most 1e6",
              v -> v > 0 && v <= EquivalentModel.Lora.MOST_ALPHA)
          .withDefault(16.0)
          .note("lora: B·A counts lora_alpha / rank times");
  public static final Key<Double> DROPOUT =
      Key.number("method.lora_dropout", "a probability in [0, 1)", v -> v >= 0 && v < 1)
          .withDefault(0.0)
          .note("lora: of what A is multiplied with");

  @Override
  public String name() {
    return "lora";
  }

  @Override
  public List<Key<?>> keys() {
    return List.of(TARGETS, RANK, ALPHA, DROPOUT);
  }

  @Override
  public EquivalentModel equivalentModel(MethodConfig config, EncoderConfig encoder) {
    MethodOptions options = config.options();
    List<String> targets = options.get(TARGETS);
    int rank = options.get(RANK);
    List<String> problems = new ArrayList<>();
    if (targets.isEmpty()) {
      problems.add("Invalid method.target_modules: it names no layer");
    }
    List<LinearModule> modules = LinearModule.of(encoder);
    for (String target : targets) {
      if (modules.stream().noneMatch(module -> module.isNamed(target))) {
        problems.add(
            "Invalid method.target_modules: '%s' is no linear layer of the encoder; known are %s.%s"
                .formatted(
                    target,
                    String.join(", ", LinearModule.KINDS),
                    NearestName.hint(target, LinearModule.KINDS)));
      }
    }
    modules.stream()
        .filter(module -> targets.stream().anyMatch(module::isNamed))
        .filter(module -> rank > Math.min(module.in(), module.out()))
        .findFirst()
        .ifPresent(module -> problems.add(tooLarge(rank, module)));
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    return new EquivalentModel.Lora(targets, rank, options.get(ALPHA), options.get(DROPOUT));
  }

  private static String tooLarge(int rank, LinearModule module) {
    return "Invalid method.rank: %d; the weight of %s is [%d, %d], so %d is the most"
        .formatted(
            rank, module.name(), module.out(), module.in(), Math.min(module.in(), module.out()));
  }
}
