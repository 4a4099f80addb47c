package io.sparsetune.dense;

import io.sparsetune.state.StateReader;
import io.sparsetune.state.StateWriter;
import io.sparsetune.sums.GradientSum;
import java.io.IOException;

/** One logical worker's own parameters and moments in a round. For one thread. */
public interface DenseTrainer {
  /**
   * θ for the step's forward pass, [dense.size()]; the array may be the trainer's own.
   *
   * @param step global step from 0: names what is drawn for it
   */
  float[] values(long step);

  /**
   * Takes a step.
   *
   * @param gradient at {@link #values}, of the dense parameters
   * @param clip factor for the mean gradient
   */
  void step(long step, GradientSum gradient, double clip, double learningRate);

  /** What the loss that the latest step followed has beside the examples': 0 for most. */
  default double penalty() {
    return 0;
  }

  /** The state's arrays as they are now, each [dense.size()]; θ or what stands for it first. */
  float[][] state();

  /** Writes everything that its next steps depend on: more than {@link #state}. */
  void save(StateWriter out) throws IOException;

  /**
   * Goes to where another trainer was, made by the same {@link DenseTraining} of the same values,
   * when it wrote its state. Where this fails the trainer is of no more use.
   *
   * @throws io.sparsetune.error.CorruptFileException where it is not the state of such a trainer
   */
  void restore(StateReader in);
}
