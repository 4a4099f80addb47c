package io.sparsetune.method.bitfit;

import io.sparsetune.error.ConfigException;
import io.sparsetune.error.NearestName;
import io.sparsetune.keys.Key;
import io.sparsetune.mask.Mask;
import io.sparsetune.mask.MaskScope;
import io.sparsetune.mask.ScoreSource;
import io.sparsetune.method.Evidence;
import io.sparsetune.method.MaskMethod;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.params.ParameterLayout;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Every bias, LayerNorm's too, or a subset of them: Zaken et al. 2021. */
public final class BitFit implements MaskMethod {
  public static final Key<List<String>> BIASES =
      Key.texts("method.biases", "a list of parts of tensor names")
          .withDefault(List.of(), "all")
          .note("bitfit: only biases whose name contains one, such as query, intermediate");

  private static final String BIAS = ".bias";

  @Override
  public String name() {
    return "bitfit";
  }

  @Override
  public List<Key<?>> keys() {
    return List.of(BIASES);
  }

  @Override
  public Evidence evidence(MaskProblem problem) {
    return new Evidence.Nothing();
  }

  @Override
  public boolean hasBudget() {
    return false;
  }

  @Override
  public Mask mask(MaskProblem problem, ScoreSource scores) {
    ParameterLayout layout = problem.layout();
    MaskScope scope = problem.scope();
    List<Integer> biases =
        scope.tensors().stream().filter(t -> layout.tensor(t).name().endsWith(BIAS)).toList();
    List<String> parts = problem.config().options().get(BIASES);
    List<String> problems =
        parts.stream()
            .filter(part -> biases.stream().noneMatch(t -> layout.tensor(t).name().contains(part)))
            .map(
                part ->
                    "Invalid method.biases: '%s' is part of no bias's name.%s"
                        .formatted(part, NearestName.hint(part, parts(layout, biases))))
            .toList();
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    if (biases.isEmpty()) {
      throw new ConfigException(
          "Invalid method.include: it leaves no bias for method.name bitfit to train");
    }
    Mask.Builder builder = new Mask.Builder(layout);
    for (int t : biases) {
      String name = layout.tensor(t).name();
      if (parts.isEmpty() || parts.stream().anyMatch(name::contains)) {
        builder.whole(t);
      }
    }
    return builder.build();
  }

  private static Set<String> parts(ParameterLayout layout, List<Integer> biases) {
    Set<String> parts = new TreeSet<>();
    biases.forEach(t -> parts.addAll(List.of(layout.tensor(t).name().split("\\."))));
    return parts;
  }
}
