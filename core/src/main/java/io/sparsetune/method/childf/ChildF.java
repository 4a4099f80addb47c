package io.sparsetune.method.childf;

import io.sparsetune.keys.Key;
import io.sparsetune.mask.Mask;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.method.StepTransform;
import io.sparsetune.method.WholeMethod;
import io.sparsetune.random.Randomness;
import io.sparsetune.random.Randomness.Purpose;
import io.sparsetune.sums.GradientSum;
import java.util.List;
import java.util.function.Supplier;

/**
 * Child-Tuning_F (Xu et al. 2021): everything is trained, and each step follows a fresh random
 * share p of the gradient's entries, divided by p so that the mean is the gradient. A regularizer:
 * over many steps every parameter moves, so the result is dense. The head follows its whole
 * gradient.
 */
public final class ChildF implements WholeMethod {
  public static final Key<Double> KEPT_SHARE =
      Key.number("method.kept_share", "a number in (0, 1]", v -> v > 0 && v <= 1)
          .withDefault(0.3)
          .note("child_f: share of the gradient's entries that a step follows");

  @Override
  public String name() {
    return "child_f";
  }

  @Override
  public List<Key<?>> keys() {
    return List.of(KEPT_SHARE);
  }

  @Override
  public List<String> warnings(MaskProblem problem) {
    return List.of(
        "child_f makes a sparse choice anew at each step: what it trains is dense, not p-sparse");
  }

  @Override
  public StepTransform stepTransform(MaskProblem problem, Mask trained, Supplier<float[]> start) {
    double share = problem.config().options().get(KEPT_SHARE);
    List<Integer> tensors = problem.scope().tensors();
    return new StepTransform() {
      @Override
      public void update(long step, GradientSum gradient) {
        for (int t : tensors) {
          long key = Randomness.key(problem.seed(), Purpose.CHILD_F, step, t);
          int first = trained.firstOrdinal(t);
          for (int i = 0; i < trained.count(t); i++) {
            gradient.scale(first + i, Randomness.uniform(key, i) < share ? 1 / share : 0);
          }
        }
      }
    };
  }
}
