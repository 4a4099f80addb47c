package io.sparsetune.method;

import io.sparsetune.error.ConfigException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.keys.Key;
import io.sparsetune.mask.Mask;
import io.sparsetune.mask.MaskBudget.Scope;
import io.sparsetune.mask.MaskRange;
import io.sparsetune.mask.ScoreSource;
import io.sparsetune.mask.TopK;
import io.sparsetune.mask.TopKGoal;
import io.sparsetune.model.EncoderConfig;
import io.sparsetune.model.EquivalentModel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** A rule that chooses which parameters are trained. Stateless. */
public interface MaskMethod {
  /** The name in configurations. */
  String name();

  /**
   * The rule as its own keys make it, such as another {@link Variant}; under the same name, with
   * keys that are among this one's.
   */
  default MaskMethod as(MethodOptions options) {
    return this;
  }

  /** The scores that {@link #mask} needs, or dense rounds with the choice that ends each. */
  Evidence evidence(MaskProblem problem);

  /** Whether {@code method.sparsity} and {@code method.k} mean anything to it. */
  default boolean hasBudget() {
    return true;
  }

  /** Whether {@code method.include} and the other keys that choose tensors mean anything to it. */
  default boolean hasRange() {
    return true;
  }

  /**
   * The model that it trains in place of the base.
   *
   * @throws ConfigException where the configuration does not fit the encoder
   */
  default EquivalentModel equivalentModel(MethodConfig config, EncoderConfig encoder) {
    return EquivalentModel.BASE;
  }

  /** Its own keys of a configuration, in the order of the documentation. */
  default List<Key<?>> keys() {
    return List.of();
  }

  /** What is wrong with the values of its own keys together: a message for each such key. */
  default Map<Key<?>, String> problems(MethodOptions options) {
    return Map.of();
  }

  /**
   * The configuration together with what it names beside the model: read once, on the driver,
   * before anything else.
   *
   * @param files gives a file by its path, whether or not it exists
   */
  default MethodConfig opened(MethodConfig config, Function<String, ByteSource> files) {
    return config;
  }

  /**
   * Of its keys that name something, a hash of what is there: runs are told apart by that, not by
   * paths. For options that {@link #opened} has seen.
   */
  default Map<Key<?>, String> contents(MethodOptions options) {
    return Map.of();
  }

  /** {@code method.scope} where it is not given. */
  default Scope defaultScope(MethodOptions options) {
    return Scope.TENSOR;
  }

  /** {@code method.include} where it is not given. */
  default List<String> defaultInclude() {
    return MaskRange.DEFAULT_INCLUDE;
  }

  /**
   * What the budget asks for, where it can be met. Only for a method with a budget.
   *
   * @throws ConfigException where it cannot
   */
  default TopKGoal goal(MaskProblem problem) {
    return problem.goal();
  }

  /** n, what k is a share of. */
  default long parameters(MaskProblem problem) {
    return problem.scope().size();
  }

  /** What the user should know of the choice before it is trained. */
  default List<String> warnings(MaskProblem problem) {
    return problem
        .config()
        .budget()
        .flatMap(budget -> budget.warning(problem.layout(), problem.scope()))
        .stream()
        .toList();
  }

  /**
   * What it does to every sparse step.
   *
   * @param trained mask and head
   * @param start gives θ⁰, initialised head included, [trained.size()], which may take long; asked
   *     at once or never
   */
  default StepTransform stepTransform(MaskProblem problem, Mask trained, Supplier<float[]> start) {
    return StepTransform.NONE;
  }

  /**
   * The dense rounds that the method needs; empty unless its evidence is those.
   *
   * @param steps of the training that the configuration asks for
   */
  default Optional<RoundPlan> rounds(MethodOptions options, int steps, int stepsPerEpoch) {
    return Optional.empty();
  }

  /**
   * The mask, without the head.
   *
   * @param scores of the tensors in the problem's scope; empty for {@link Evidence.Nothing}
   */
  default Mask mask(MaskProblem problem, ScoreSource scores) {
    return TopK.select(problem.layout(), goal(problem), scores);
  }
}
