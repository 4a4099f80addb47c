package io.sparsetune.method.magnitude;

import io.sparsetune.dense.DenseTrainer;
import io.sparsetune.dense.DenseTraining;
import io.sparsetune.dense.PlainTraining;
import io.sparsetune.dense.StateSlice;
import io.sparsetune.keys.Key;
import io.sparsetune.mask.Mask;
import io.sparsetune.method.Evidence;
import io.sparsetune.method.MaskMethod;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.method.MethodOptions;
import io.sparsetune.method.RoundPlan;
import io.sparsetune.method.Variant;
import io.sparsetune.optim.TrainedState;
import io.sparsetune.params.ParameterLayout;
import java.util.List;
import java.util.Optional;

/**
 * MagPruning as the code does it that Fu et al. released: the largest |θ| after some steps of dense
 * training. What is not chosen returns to θ⁰, which that code does not do.
 */
final class AfterBurnIn implements MaskMethod {
  @Override
  public String name() {
    return "magnitude";
  }

  @Override
  public List<Key<?>> keys() {
    return List.of(Variant.KEY, Variant.BURN_IN);
  }

  @Override
  public Evidence evidence(MaskProblem problem) {
    return new Evidence.DenseRounds(
        (optimizer, maxGradNorm) -> new Magnitudes(new PlainTraining(optimizer)),
        (round, magnitudes) -> mask(problem, magnitudes));
  }

  @Override
  public Optional<RoundPlan> rounds(MethodOptions options, int steps, int stepsPerEpoch) {
    return Optional.of(RoundPlan.once(Variant.burnIn(options, steps), 1));
  }

  /** Plain training that is judged by where it is, not by how far it went. */
  private record Magnitudes(PlainTraining plain) implements DenseTraining {
    @Override
    public DenseTrainer trainer(
        ParameterLayout layout, Mask dense, float[] base, TrainedState start) {
      return plain.trainer(layout, dense, base, start);
    }

    @Override
    public int arrays() {
      return plain.arrays();
    }

    @Override
    public float[] distances(StateSlice slice) {
      float[] values = values(slice).clone();
      for (int i = 0; i < values.length; i++) {
        values[i] = Math.abs(values[i]);
      }
      return values;
    }
  }
}
