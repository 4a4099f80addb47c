package io.sparsetune.method.child;

import io.sparsetune.keys.Key;
import io.sparsetune.method.Evidence;
import io.sparsetune.method.MaskMethod;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.method.MethodOptions;
import io.sparsetune.method.RoundPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * ChildPruning (Xu et al. 2021, as a projection): after each dense round the k parameters that are
 * farthest from θ⁰ stay, the rest return to it.
 */
public final class ChildPruning implements MaskMethod {
  public static final Key<Double> MOMENTUM =
      Key.number("method.momentum", "a number in (0, 1]", v -> v > 0 && v <= 1)
          .withDefault(1.0)
          .note("child: m in d ← m·d + (1 − m)·d of the round before; 1 forgets it");

  @Override
  public String name() {
    return "child";
  }

  @Override
  public List<Key<?>> keys() {
    List<Key<?>> keys = new ArrayList<>(RoundPlan.keys());
    keys.add(MOMENTUM);
    return List.copyOf(keys);
  }

  @Override
  public Evidence evidence(MaskProblem problem) {
    return Evidence.DenseRounds.plain((round, distances) -> mask(problem, distances));
  }

  @Override
  public Optional<RoundPlan> rounds(MethodOptions options, int steps, int stepsPerEpoch) {
    return Optional.of(RoundPlan.ofTraining(options, options.get(MOMENTUM), steps, stepsPerEpoch));
  }
}
