package io.sparsetune.method;

import io.sparsetune.mask.Mask;
import io.sparsetune.mask.MaskScope;
import io.sparsetune.mask.ScoreSource;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec.Part;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Everything is trained, embeddings too, unless {@code method.include} and {@code exclude} say
 * otherwise: the baseline, whose "sparse" update is as large as the model.
 */
final class Full implements MaskMethod {
  @Override
  public String name() {
    return "full";
  }

  @Override
  public Evidence evidence() {
    return Evidence.NOTHING;
  }

  @Override
  public boolean hasBudget() {
    return false;
  }

  @Override
  public long parameters(MaskProblem problem) {
    return scope(problem).size();
  }

  @Override
  public Mask mask(MaskProblem problem, ScoreSource evidence) {
    return Mask.none(problem.layout()).withWhole(problem.layout(), scope(problem).tensors());
  }

  private static MaskScope scope(MaskProblem problem) {
    MethodConfig config = problem.config();
    boolean plain =
        config.include().equals(MaskScope.DEFAULT_INCLUDE) || config.include().isEmpty();
    if (!plain || !config.exclude().isEmpty() || config.linearOnly()) {
      return problem.scope();
    }
    ParameterLayout layout = problem.layout();
    List<Integer> tensors =
        IntStream.range(0, layout.tensorCount())
            .filter(t -> layout.tensor(t).part() != Part.HEAD || config.headInBudget())
            .boxed()
            .toList();
    return MaskScope.ofTensors(layout, tensors);
  }
}
