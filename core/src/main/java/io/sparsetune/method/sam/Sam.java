package io.sparsetune.method.sam;

import io.sparsetune.keys.Key;
import io.sparsetune.method.Evidence;
import io.sparsetune.method.MaskMethod;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.method.MethodOptions;
import io.sparsetune.method.ScoreRound;
import io.sparsetune.method.ScoreRound.Kind;
import java.util.List;

/**
 * Second-order approximation (Fu et al., AAAI 2023): with the loss near θ⁰ quadratic, of a diagonal
 * Hessian bounded by its largest eigenvalue, the best mask keeps the largest squares of the whole
 * gradient. So the score is |Σ g| over examples, the signs kept within the sum.
 */
public final class Sam implements MaskMethod {
  @Override
  public String name() {
    return "sam";
  }

  @Override
  public List<Key<?>> keys() {
    return List.of(ScoreRound.STEPS, ScoreRound.DROPOUT, ScoreRound.CLIP);
  }

  @Override
  public Evidence evidence(MaskProblem problem) {
    MethodOptions options = problem.config().options();
    Kind kind = options.find(ScoreRound.CLIP).isPresent() ? Kind.CLIPPED_GRADIENTS : Kind.GRADIENTS;
    return new Evidence.GradientSums(
        problem.goal(), plan -> ScoreRound.ofSteps(kind, options, plan));
  }
}
