package io.sparsetune.method;

import io.sparsetune.mask.Mask;
import io.sparsetune.mask.MaskScope;
import io.sparsetune.mask.ScoreSource;
import java.util.List;

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
  public List<String> defaultInclude() {
    return List.of("encoder.layer.*", MaskScope.EMBEDDINGS);
  }

  @Override
  public Mask mask(MaskProblem problem, ScoreSource evidence) {
    return Mask.none(problem.layout()).withWhole(problem.layout(), problem.scope().tensors());
  }
}
