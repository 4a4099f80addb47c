package io.sparsetune.method.mixout;

import io.sparsetune.keys.Key;
import io.sparsetune.mask.Mask;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.method.StepTransform;
import io.sparsetune.method.Variant;
import io.sparsetune.method.WholeMethod;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.random.Randomness;
import io.sparsetune.random.Randomness.Purpose;
import io.sparsetune.sums.GradientSum;
import java.util.List;
import java.util.function.Supplier;

/**
 * Mixout as Lee et al. 2020 have it, a regularizer: everything is trained, and each step computes
 * with a fresh random share q of the Linear weights put back to θ⁰ and the others moved away from
 * it by 1 / (1 − q), so that the mean is w. All micro-batches of a step share the choice. The head
 * takes no part.
 */
final class MixoutLee implements WholeMethod {
  @Override
  public String name() {
    return "mixout";
  }

  @Override
  public List<Key<?>> keys() {
    return List.of(Variant.KEY, Mixout.REPLACED_SHARE);
  }

  @Override
  public List<String> warnings(MaskProblem problem) {
    return List.of(
        "mixout of variant lee puts weights back for a step alone: what it trains is dense, not"
            + " p-sparse");
  }

  @Override
  public StepTransform stepTransform(MaskProblem problem, Mask trained, Supplier<float[]> start) {
    ParameterLayout layout = problem.layout();
    int[] weights =
        problem.scope().tensors().stream()
            .filter(t -> isLinear(layout.tensor(t)))
            .mapToInt(t -> t)
            .toArray();
    double share = problem.config().options().find(Mixout.REPLACED_SHARE).orElse(Mixout.SHARE);
    return new Mix(trained, weights, start.get().clone(), share, problem.seed());
  }

  private static boolean isLinear(TensorSpec tensor) {
    return tensor.part() == Part.ENCODER && tensor.shape().size() == 2;
  }

  /**
   * w̃ = θ⁰ + m·(w − θ⁰) / (1 − q), m ~ Bernoulli(1 − q).
   *
   * @param weights tensors that are mixed
   * @param base θ⁰, [trained.size()]
   * @param q the share that goes back
   */
  private record Mix(Mask trained, int[] weights, float[] base, double q, long seed)
      implements StepTransform {

    @Override
    public float[] values(long step, float[] values) {
      float[] mixed = values.clone();
      for (int t : weights) {
        long key = key(step, t);
        int first = trained.firstOrdinal(t);
        for (int i = 0; i < trained.count(t); i++) {
          double away = values[first + i] - (double) base[first + i];
          mixed[first + i] =
              stays(key, i) ? (float) (base[first + i] + away / (1 - q)) : base[first + i];
        }
      }
      return mixed;
    }

    @Override
    public void gradient(long step, GradientSum gradient) {
      for (int t : weights) {
        long key = key(step, t);
        int first = trained.firstOrdinal(t);
        for (int i = 0; i < trained.count(t); i++) {
          gradient.scale(first + i, stays(key, i) ? 1 / (1 - q) : 0);
        }
      }
    }

    /** θ⁰ and the mixed values. */
    @Override
    public int arrays() {
      return 2;
    }

    private long key(long step, int tensor) {
      return Randomness.key(seed, Purpose.MIXOUT_STEP, step, tensor);
    }

    private boolean stays(long key, int position) {
      return Randomness.uniform(key, position) >= q;
    }
  }
}
