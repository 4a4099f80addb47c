package io.sparsetune.method;

import io.sparsetune.text.EpochPlan;
import java.util.Optional;

/**
 * Second-order approximation (Fu et al., AAAI 2023): with the loss near θ⁰ quadratic, of a diagonal
 * Hessian bounded by its largest eigenvalue, the best mask keeps the largest squares of the whole
 * gradient. So the score is |Σ g| over examples, the signs kept within the sum.
 */
final class Sam implements MaskMethod {
  @Override
  public String name() {
    return "sam";
  }

  @Override
  public Evidence evidence() {
    return Evidence.SCORE_SUMS;
  }

  @Override
  public Optional<ScoreRound> scoreRound(MethodConfig config, EpochPlan plan) {
    return Optional.of(ScoreRound.ofSteps(ScoreRound.Kind.GRADIENTS, config, plan));
  }
}
