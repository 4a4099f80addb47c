package io.sparsetune.method.diff;

import io.sparsetune.dense.DenseTrainer;
import io.sparsetune.dense.DenseTraining;
import io.sparsetune.dense.StateSlice;
import io.sparsetune.mask.Mask;
import io.sparsetune.optim.OptimizerRecipe;
import io.sparsetune.optim.TrainedState;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.random.Randomness;
import io.sparsetune.random.Randomness.Purpose;
import java.util.ArrayList;
import java.util.List;

/**
 * Dense training over (w, α). A worker's state is w, in its place θ itself where a tensor has no
 * gates, as the head; α; and where it is structured α_g, the same for all positions of a tensor.
 *
 * @param gated tensors that have gates, rising
 * @param lambda of one position
 * @param alphas where α starts and how it moves
 * @param optimizer of w
 * @param maxGradNorm of the gradient by w and the head's parameters; infinite for no clipping
 * @param byAlpha whether a projection keeps the largest |α|; else the largest |δ|
 */
record DiffTraining(
    List<Integer> gated,
    HardConcrete concrete,
    double lambda,
    boolean structured,
    Alphas alphas,
    OptimizerRecipe optimizer,
    double maxGradNorm,
    boolean byAlpha,
    long seed)
    implements DenseTraining {
  static final int W = 0;
  static final int ALPHA = 1;
  static final int TENSOR_ALPHA = 2;

  /** In place of a step: the gates that the differences are sampled with at the end. */
  private static final long END = -1;

  DiffTraining {
    gated = List.copyOf(gated);
  }

  /** θ, w, α, their moments, and α_g for each position. */
  @Override
  public int arrays() {
    return 3 + optimizer.moments() + 2 + (structured ? 1 : 0);
  }

  @Override
  public int valueArrays() {
    return structured ? 3 : 2;
  }

  @Override
  public DenseTrainer trainer(
      ParameterLayout layout, Mask dense, float[] base, TrainedState start) {
    return new DiffTrainer(this, layout, dense, base);
  }

  Gate gate() {
    return new Gate(concrete, lambda);
  }

  Noise noise(long step, int tensor) {
    return Noise.of(Randomness.key(seed, Purpose.DIFF_NOISE, step, tensor));
  }

  /** The gate of a whole tensor. */
  TensorGate tensorGate(long step, int tensor, float alpha) {
    return structured
        ? TensorGate.of(
            concrete,
            Noise.of(Randomness.key(seed, Purpose.DIFF_TENSOR_NOISE, step)).at(tensor),
            alpha)
        : TensorGate.ALWAYS_OPEN;
  }

  /** θ⁰ + δ, sampled. */
  @Override
  public float[] values(StateSlice slice) {
    float[] w = slice.state()[W];
    if (!gated.contains(slice.tensor())) {
      return w;
    }
    Gate gate = gateOf(slice);
    Noise noise = noise(END, slice.tensor());
    float[] values = new float[w.length];
    for (int i = 0; i < values.length; i++) {
      gate.draw(noise.at(slice.from() + i), slice.state()[ALPHA][i]);
      values[i] = (float) (slice.base()[i] + gate.factor() * w[i]);
    }
    return values;
  }

  @Override
  public float[] distances(StateSlice slice) {
    float[] w = slice.state()[W];
    float[] distances = new float[w.length];
    Gate gate = gateOf(slice);
    Noise noise = noise(END, slice.tensor());
    for (int i = 0; i < distances.length; i++) {
      float alpha = slice.state()[ALPHA][i];
      if (byAlpha) {
        distances[i] = Math.abs(alpha);
      } else {
        gate.draw(noise.at(slice.from() + i), alpha);
        distances[i] = (float) Math.abs(gate.factor() * w[i]);
      }
    }
    return distances;
  }

  private Gate gateOf(StateSlice slice) {
    Gate gate = gate();
    if (structured) {
      gate.enter(tensorGate(END, slice.tensor(), slice.state()[TENSOR_ALPHA][0]));
    }
    return gate;
  }

  /** Which of the dense tensors have gates, in layout order. */
  List<Integer> gatedOf(Mask dense) {
    List<Integer> tensors = new ArrayList<>();
    for (int t : gated) {
      if (dense.count(t) > 0) {
        tensors.add(t);
      }
    }
    return tensors;
  }
}
