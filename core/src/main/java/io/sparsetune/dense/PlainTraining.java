package io.sparsetune.dense;

import io.sparsetune.mask.Mask;
import io.sparsetune.optim.OptimizerRecipe;
import io.sparsetune.optim.OptimizerState;
import io.sparsetune.optim.SparseOptimizer;
import io.sparsetune.optim.TrainedState;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.state.StateReader;
import io.sparsetune.state.StateWriter;
import io.sparsetune.sums.GradientSum;
import java.io.IOException;

/** Fine-tuning as everybody does it: the state is θ and the optimizer's moments. */
public record PlainTraining(OptimizerRecipe optimizer) implements DenseTraining {

  @Override
  public int arrays() {
    return 1 + optimizer.moments();
  }

  @Override
  public DenseTrainer trainer(
      ParameterLayout layout, Mask dense, float[] base, TrainedState start) {
    float[] values = base.clone();
    start.trained().copyCommon(start.values(), dense, values);
    SparseOptimizer resumed =
        optimizer.resume(layout, dense, start.optimizer().carried(start.trained(), dense));
    return new Trainer(layout, dense, values, resumed);
  }

  /**
   * A run's state from what a round left.
   *
   * @param values [trained.size()]
   * @param moments [moments][trained.size()]
   * @param steps that the optimizer has taken
   */
  public static TrainedState trained(Mask trained, float[] values, float[][] moments, long steps) {
    return new TrainedState(trained, values, new OptimizerState(steps, moments));
  }

  private final class Trainer implements DenseTrainer {
    private final ParameterLayout layout;
    private final Mask dense;
    private final float[] theta;
    private SparseOptimizer moving;

    Trainer(ParameterLayout layout, Mask dense, float[] theta, SparseOptimizer moving) {
      this.layout = layout;
      this.dense = dense;
      this.theta = theta;
      this.moving = moving;
    }

    @Override
    public float[] values(long step) {
      return theta;
    }

    @Override
    public void step(long step, GradientSum gradient, double clip, double learningRate) {
      moving.step(theta, gradient, clip, learningRate);
    }

    @Override
    public float[][] state() {
      float[][] moments = moving.state().moments();
      float[][] state = new float[1 + moments.length][];
      state[0] = theta;
      System.arraycopy(moments, 0, state, 1, moments.length);
      return state;
    }

    @Override
    public void save(StateWriter out) throws IOException {
      out.floats("theta", theta);
      moving.state().save("optimizer", out);
    }

    @Override
    public void restore(StateReader in) {
      in.floats("theta", theta);
      moving = optimizer.resume(layout, dense, moving.state().restored("optimizer", in));
    }
  }
}
