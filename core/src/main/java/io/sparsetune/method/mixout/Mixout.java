package io.sparsetune.method.mixout;

import io.sparsetune.keys.Key;
import io.sparsetune.method.Evidence;
import io.sparsetune.method.MaskMethod;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.method.MethodOptions;
import io.sparsetune.method.RoundPlan;
import io.sparsetune.method.Variant;
import io.sparsetune.method.random.RandomMask;
import io.sparsetune.random.Randomness;
import io.sparsetune.random.Randomness.Purpose;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Mixout (Lee et al. 2020) as Fu et al., AAAI 2023, have it: after each dense round k fresh random
 * parameters stay, the rest return to θ⁰.
 */
public final class Mixout implements MaskMethod {
  /** q where it is not given. */
  static final double SHARE = 0.9;

  public static final Key<Double> REPLACED_SHARE =
      Key.number("method.replaced_share", "a number in [0, 1)", v -> v >= 0 && v < 1)
          .absentMeans(Key.shown(SHARE))
          .note("mixout of variant lee: share of each Linear weight that a step puts back to θ⁰");

  @Override
  public String name() {
    return "mixout";
  }

  @Override
  public List<Key<?>> keys() {
    List<Key<?>> keys = new ArrayList<>(RoundPlan.keys());
    keys.addAll(List.of(Variant.KEY, REPLACED_SHARE));
    return List.copyOf(keys);
  }

  @Override
  public Map<Key<?>, String> problems(MethodOptions options) {
    return Variant.problems(options, Variant.LEE, REPLACED_SHARE);
  }

  @Override
  public MaskMethod as(MethodOptions options) {
    return options.get(Variant.KEY).equals(Variant.LEE) ? new MixoutLee() : this;
  }

  @Override
  public Evidence evidence(MaskProblem problem) {
    return Evidence.DenseRounds.plain(
        (round, distances) ->
            RandomMask.draw(
                problem,
                tensor -> Randomness.key(problem.seed(), Purpose.MIXOUT_MASK, round, tensor)));
  }

  @Override
  public Optional<RoundPlan> rounds(MethodOptions options, int steps, int stepsPerEpoch) {
    return Optional.of(RoundPlan.ofTraining(options, 1, steps, stepsPerEpoch));
  }
}
