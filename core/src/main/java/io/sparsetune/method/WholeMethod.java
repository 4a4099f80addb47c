package io.sparsetune.method;

import io.sparsetune.mask.Mask;
import io.sparsetune.mask.MaskRange;
import io.sparsetune.mask.ScoreSource;
import java.util.List;

/**
 * A method that trains all that its mask may range over, embeddings too unless {@code
 * method.include} and {@code exclude} say otherwise: it has no budget, and what it trains is dense.
 */
public interface WholeMethod extends MaskMethod {
  @Override
  default Evidence evidence(MaskProblem problem) {
    return new Evidence.Nothing();
  }

  @Override
  default boolean hasBudget() {
    return false;
  }

  @Override
  default List<String> defaultInclude() {
    return MaskRange.EVERYTHING;
  }

  @Override
  default Mask mask(MaskProblem problem, ScoreSource scores) {
    return Mask.none(problem.layout()).withWhole(problem.layout(), problem.scope().tensors());
  }
}
