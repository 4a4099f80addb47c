package io.sparsetune.method.full;

import io.sparsetune.mask.Mask;
import io.sparsetune.mask.MaskRange;
import io.sparsetune.mask.ScoreSource;
import io.sparsetune.method.Evidence;
import io.sparsetune.method.MaskMethod;
import io.sparsetune.method.MaskProblem;
import java.util.List;

/**
 * Everything is trained, embeddings too, unless {@code method.include} and {@code exclude} say
 * otherwise: the baseline, whose "sparse" update is as large as the model.
 */
public final class Full implements MaskMethod {
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
    return MaskRange.EVERYTHING;
  }

  @Override
  public Mask mask(MaskProblem problem, ScoreSource evidence) {
    return Mask.none(problem.layout()).withWhole(problem.layout(), problem.scope().tensors());
  }
}
