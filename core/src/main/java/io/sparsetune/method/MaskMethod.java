package io.sparsetune.method;

import io.sparsetune.mask.Mask;
import io.sparsetune.mask.MaskScope;
import io.sparsetune.mask.ScoreSource;
import io.sparsetune.mask.TopK;
import io.sparsetune.text.EpochPlan;
import java.util.List;
import java.util.Optional;

/** A rule that chooses which parameters are trained. Stateless. */
public interface MaskMethod {
  /** The name in configurations. */
  String name();

  /** What {@link #mask} looks at. */
  Evidence evidence();

  /** Whether {@code method.sparsity} and {@code method.k} mean anything to it. */
  default boolean hasBudget() {
    return true;
  }

  /** {@code method.include} where it is not given. */
  default List<String> defaultInclude() {
    return MaskScope.DEFAULT_INCLUDE;
  }

  /** n, what k is a share of. */
  default long parameters(MaskProblem problem) {
    return problem.scope().size();
  }

  /** The score round that the method needs; empty unless its evidence is score sums. */
  default Optional<ScoreRound> scoreRound(MethodConfig config, EpochPlan plan) {
    return Optional.empty();
  }

  /**
   * The mask, without the head.
   *
   * @param evidence scores of the tensors in the problem's scope; empty for {@link
   *     Evidence#NOTHING}
   */
  default Mask mask(MaskProblem problem, ScoreSource evidence) {
    return TopK.select(problem.layout(), problem.goal(), evidence);
  }
}
