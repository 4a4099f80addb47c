package io.sparsetune.mask;

import io.sparsetune.error.ConfigException;
import io.sparsetune.error.NearestName;
import io.sparsetune.params.NamePatterns;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The tensors that a mask ranges over, whose n parameters the budget is a share of. The head is not
 * among them, unless {@code method.head_in_budget} says so: then its tensors compete like all
 * others, and only their chosen positions are trained.
 *
 * @param tensors indices in the layout, rising
 * @param size n, the parameters of those tensors
 */
public record MaskScope(List<Integer> tensors, long size) {
  public MaskScope {
    tensors = List.copyOf(tensors);
  }

  /**
   * @throws ConfigException where a pattern matches no tensor, or nothing is left
   */
  public static MaskScope of(ParameterLayout layout, MaskRange range) {
    List<String> patterns = new ArrayList<>(range.include());
    boolean embeddings = patterns.removeIf(MaskRange.EMBEDDINGS::equals);
    if (patterns.isEmpty()) {
      patterns.addAll(MaskRange.DEFAULT_INCLUDE);
    }
    List<String> problems = new ArrayList<>();
    checkMatches(layout, "method.include", patterns, problems);
    checkMatches(layout, "method.exclude", range.exclude(), problems);
    NamePatterns include = new NamePatterns(patterns);
    NamePatterns exclude = new NamePatterns(range.exclude());
    List<Integer> chosen = new ArrayList<>();
    for (int t = 0; t < layout.tensorCount(); t++) {
      TensorSpec tensor = layout.tensor(t);
      boolean wanted =
          switch (tensor.part()) {
            case ADDED -> false;
            case HEAD -> range.head();
            case EMBEDDINGS -> embeddings || include.matches(tensor.name());
            case ENCODER -> include.matches(tensor.name());
          };
      boolean kind = !range.linearOnly() || tensor.isLinearWeight();
      if (wanted && kind && !exclude.matches(tensor.name())) {
        chosen.add(t);
      }
    }
    if (problems.isEmpty() && chosen.isEmpty()) {
      problems.add(
          "Invalid method.include: together with method.exclude and method.tensors it leaves no"
              + " tensor to choose from");
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    return ofTensors(layout, chosen);
  }

  /** Just those tensors. */
  public static MaskScope ofTensors(ParameterLayout layout, List<Integer> tensors) {
    return new MaskScope(tensors, tensors.stream().mapToLong(t -> layout.tensor(t).size()).sum());
  }

  private static void checkMatches(
      ParameterLayout layout, String key, List<String> patterns, List<String> problems) {
    for (String pattern : patterns) {
      NamePatterns one = new NamePatterns(List.of(pattern));
      if (layout.tensors().stream().noneMatch(t -> one.matches(t.name()))) {
        Set<String> known = new TreeSet<>(List.of(MaskRange.EMBEDDINGS));
        for (TensorSpec t : layout.tensors()) {
          known.add(t.name());
          known.addAll(List.of(t.name().split("\\.")));
        }
        problems.add(
            "Invalid %s: '%s' matches no tensor of the model.%s"
                .formatted(key, pattern, NearestName.hint(pattern, known)));
      }
    }
  }
}
