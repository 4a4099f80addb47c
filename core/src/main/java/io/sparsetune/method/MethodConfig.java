package io.sparsetune.method;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * The {@code method} section of a configuration: which rule chooses the mask and within what
 * budget. Exactly one of {@code sparsity} and {@code k} is present for a method that has a budget.
 *
 * @param name full, random, bitfit, magnitude, sam, fisher
 * @param sparsity p in (0, 1]
 * @param include patterns of tensor names ({@code *} matches anything); {@code embeddings} for all
 *     of them
 * @param scoreSteps batches of a score round; at most one epoch unless {@code scoreStepsGiven}
 * @param granularity of fisher: EXAMPLE or BATCH
 * @param samples of fisher by example: how many examples; empty for the default 1024
 */
public record MethodConfig(
    String name,
    OptionalDouble sparsity,
    OptionalInt k,
    Scope scope,
    List<String> include,
    List<String> exclude,
    boolean linearOnly,
    boolean headInBudget,
    int scoreSteps,
    boolean scoreStepsGiven,
    boolean scoringDropout,
    Granularity granularity,
    OptionalInt samples,
    List<String> biases) {

  /** Whether the budget holds for each tensor or for all together. */
  public enum Scope {
    TENSOR,
    GLOBAL
  }

  public enum Granularity {
    EXAMPLE,
    BATCH
  }
}
