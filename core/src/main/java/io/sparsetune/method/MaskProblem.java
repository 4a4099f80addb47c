package io.sparsetune.method;

import io.sparsetune.mask.MaskScope;
import io.sparsetune.mask.TopKGoal;
import io.sparsetune.params.ParameterLayout;

/** A mask to be chosen: of which model's parameters, and what the configuration asks for. */
public record MaskProblem(ParameterLayout layout, MethodConfig config, long seed) {

  /** The tensors that the mask ranges over. */
  public MaskScope scope() {
    return MaskScope.of(layout, config.range());
  }

  /** How many positions, of which tensors. Only for a method with a budget. */
  public TopKGoal goal() {
    return config.budget().orElseThrow().goal(layout, scope());
  }
}
