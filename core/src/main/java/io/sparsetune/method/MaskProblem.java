package io.sparsetune.method;

import io.sparsetune.mask.MaskScope;
import io.sparsetune.mask.TopKGoal;
import io.sparsetune.params.ParameterLayout;

/** A mask to be chosen: of which model's parameters, and what the configuration asks for. */
public final class MaskProblem {
  private final ParameterLayout layout;
  private final MethodConfig config;
  private final long seed;

  /** Null before it is asked for; several threads may each find it, all the same. */
  private MaskScope scope;

  public MaskProblem(ParameterLayout layout, MethodConfig config, long seed) {
    this.layout = layout;
    this.config = config;
    this.seed = seed;
  }

  public ParameterLayout layout() {
    return layout;
  }

  public MethodConfig config() {
    return config;
  }

  /** The run's seed. */
  public long seed() {
    return seed;
  }

  /**
   * The tensors that the mask ranges over.
   *
   * @throws io.sparsetune.error.ConfigException where a pattern matches no tensor, or nothing is
   *     left
   */
  public MaskScope scope() {
    MaskScope known = scope;
    if (known == null) {
      known = MaskScope.of(layout, config.range());
      scope = known;
    }
    return known;
  }

  /** How many positions, of which tensors. Only for a method with a budget. */
  public TopKGoal goal() {
    return config.budget().orElseThrow().goal(layout, scope());
  }
}
