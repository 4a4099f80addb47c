package io.sparsetune.method.diff;

import io.sparsetune.dense.DenseTrainer;
import io.sparsetune.mask.Mask;
import io.sparsetune.optim.Adam;
import io.sparsetune.optim.GradientClip;
import io.sparsetune.optim.OptimizerRecipe;
import io.sparsetune.optim.OptimizerState;
import io.sparsetune.optim.SparseOptimizer;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.state.StateReader;
import io.sparsetune.state.StateWriter;
import io.sparsetune.sums.GradientSum;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * One worker's w and α. The gates of a step are the same for all of its micro-batches, and are
 * drawn again from the same numbers when its gradient is there.
 */
final class DiffTrainer implements DenseTrainer {
  private final DiffTraining training;
  private final ParameterLayout layout;
  private final Mask dense;
  private final float[] base;
  private final List<Integer> gated;
  private final Gate gate;
  private final float[] w;
  private final float[] alpha;
  private final float[] tensorAlpha;
  private final float[] theta;
  private SparseOptimizer optimizer;
  private Adam adam;
  private Adam tensorAdam;
  private double penalty;

  DiffTrainer(DiffTraining training, ParameterLayout layout, Mask dense, float[] base) {
    this.training = training;
    this.layout = layout;
    this.dense = dense;
    this.base = base;
    this.gated = training.gatedOf(dense);
    this.gate = training.gate();
    this.w = base.clone();
    this.theta = base.clone();
    this.alpha = new float[dense.size()];
    this.tensorAlpha = new float[dense.tensorCount()];
    for (int t : gated) {
      int first = dense.firstOrdinal(t);
      Arrays.fill(w, first, first + dense.count(t), 0);
      training.alphas().fill(training.seed(), t, alpha, first, dense.count(t));
    }
    training
        .alphas()
        .fill(training.seed(), dense.tensorCount(), tensorAlpha, 0, tensorAlpha.length);
    this.optimizer = training.optimizer().start(layout, dense);
    this.adam = adam(new OptimizerState(0, new float[2][dense.size()]));
    this.tensorAdam = adam(new OptimizerState(0, new float[2][tensorAlpha.length]));
  }

  private Adam adam(OptimizerState state) {
    OptimizerRecipe recipe = training.optimizer();
    return new Adam(recipe.beta1(), recipe.beta2(), recipe.epsilon(), state);
  }

  @Override
  public float[] values(long step) {
    System.arraycopy(w, 0, theta, 0, w.length);
    for (int t : gated) {
      Noise noise = enter(step, t);
      int first = dense.firstOrdinal(t);
      for (int i = 0; i < dense.count(t); i++) {
        gate.draw(noise.at(i), alpha[first + i]);
        theta[first + i] = (float) (base[first + i] + gate.factor() * w[first + i]);
      }
    }
    return theta;
  }

  private Noise enter(long step, int tensor) {
    gate.enter(training.tensorGate(step, tensor, tensorAlpha[tensor]));
    return training.noise(step, tensor);
  }

  @Override
  public void step(long step, GradientSum gradient, double clip, double learningRate) {
    double rate = training.alphas().rate(learningRate);
    double alphaClip = training.alphas().shared() ? clipped(normWithAlpha(step, gradient)) : 1;
    adam.begin(rate);
    tensorAdam.begin(rate);
    penalty = 0;
    for (int t : gated) {
      tensorAlpha[t] =
          (float)
              tensorAdam.moved(
                  t, tensorAlpha[t], alphaClip * moveAlpha(step, t, gradient, alphaClip));
    }
    // The sums are the gradient by w now, and that by the head's parameters.
    double wClip = training.alphas().shared() ? alphaClip : clipped(GradientClip.norm(gradient));
    optimizer.step(w, gradient, wClip, learningRate);
  }

  private double clipped(double norm) {
    return GradientClip.factor(norm, OptionalDouble.of(training.maxGradNorm()));
  }

  @Override
  public double penalty() {
    return penalty;
  }

  /**
   * Moves a tensor's α, turns its gradient by θ into that by w, and adds up what it pays.
   *
   * @return the gradient by α_g
   */
  private double moveAlpha(long step, int tensor, GradientSum gradient, double alphaClip) {
    Noise noise = enter(step, tensor);
    int first = dense.firstOrdinal(tensor);
    double paid = 0;
    double byTensorAlpha = 0;
    for (int i = 0; i < dense.count(tensor); i++) {
      int at = first + i;
      gate.draw(noise.at(i), alpha[at]);
      double g = gradient.sum(at) / gradient.examples();
      paid += gate.penalty();
      byTensorAlpha += gate.byTensorAlpha(g, w[at]);
      alpha[at] = (float) adam.moved(at, alpha[at], alphaClip * gate.byAlpha(g, w[at]));
      gradient.scale(at, gate.factor());
    }
    penalty += paid;
    return byTensorAlpha;
  }

  /** Of the gradient by w, α, α_g and the head's parameters together. */
  private double normWithAlpha(long step, GradientSum gradient) {
    double squares = 0;
    for (int t = 0; t < dense.tensorCount(); t++) {
      boolean hasGates = gated.contains(t);
      Noise noise = hasGates ? enter(step, t) : null;
      double byTensorAlpha = 0;
      int end = dense.firstOrdinal(t) + dense.count(t);
      for (int at = dense.firstOrdinal(t); at < end; at++) {
        double g = gradient.sum(at) / gradient.examples();
        if (hasGates) {
          gate.draw(noise.at(at - dense.firstOrdinal(t)), alpha[at]);
          double byAlpha = gate.byAlpha(g, w[at]);
          squares += byAlpha * byAlpha;
          byTensorAlpha += gate.byTensorAlpha(g, w[at]);
          g *= gate.factor();
        }
        squares += g * g;
      }
      squares += byTensorAlpha * byTensorAlpha;
    }
    return Math.sqrt(squares);
  }

  @Override
  public float[][] state() {
    if (!training.structured()) {
      return new float[][] {w, alpha};
    }
    float[] everywhere = new float[dense.size()];
    for (int t : gated) {
      int first = dense.firstOrdinal(t);
      Arrays.fill(everywhere, first, first + dense.count(t), tensorAlpha[t]);
    }
    return new float[][] {w, alpha, everywhere};
  }

  @Override
  public void save(StateWriter out) throws IOException {
    out.floats("w", w);
    out.floats("alpha", alpha);
    out.floats("tensor_alpha", tensorAlpha);
    optimizer.state().save("optimizer", out);
    adam.state().save("alpha.optimizer", out);
    tensorAdam.state().save("tensor_alpha.optimizer", out);
  }

  @Override
  public void restore(StateReader in) {
    in.floats("w", w);
    in.floats("alpha", alpha);
    in.floats("tensor_alpha", tensorAlpha);
    optimizer =
        training.optimizer().resume(layout, dense, optimizer.state().restored("optimizer", in));
    adam = adam(adam.state().restored("alpha.optimizer", in));
    tensorAdam = adam(tensorAdam.state().restored("tensor_alpha.optimizer", in));
  }
}
