package io.sparsetune.train;

import io.sparsetune.dense.DenseTrainer;
import io.sparsetune.dense.DenseTraining;
import io.sparsetune.dense.StateSlice;
import io.sparsetune.mask.Mask;
import io.sparsetune.optim.TrainedState;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.random.Randomness;
import io.sparsetune.random.Randomness.Purpose;
import io.sparsetune.state.StateReader;
import io.sparsetune.state.StateWriter;
import io.sparsetune.sums.GradientSum;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/** A training whose workers stop before a step now and then, as many times as it is told. */
record Stumbling(DenseTraining training, long seed) implements DenseTraining {
  /** Of all workers in this JVM. */
  private static final AtomicInteger STEPS = new AtomicInteger();

  private static final AtomicInteger LEFT = new AtomicInteger();

  /** Lets workers stop so many times from now on. */
  static void stop(int times) {
    LEFT.set(times);
    STEPS.set(0);
  }

  /** How many times they still will. */
  static int left() {
    return LEFT.get();
  }

  @Override
  public int arrays() {
    return training.arrays();
  }

  @Override
  public int valueArrays() {
    return training.valueArrays();
  }

  @Override
  public float[] values(StateSlice slice) {
    return training.values(slice);
  }

  @Override
  public float[] distances(StateSlice slice) {
    return training.distances(slice);
  }

  @Override
  public DenseTrainer trainer(
      ParameterLayout layout, Mask dense, float[] base, TrainedState start) {
    DenseTrainer trainer = training.trainer(layout, dense, base, start);
    return new DenseTrainer() {
      @Override
      public float[] values(long step) {
        long key = Randomness.key(seed, Purpose.RANDOM_MASK, STEPS.getAndIncrement());
        if (Randomness.below(key, 0, 2) == 0 && LEFT.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
          throw new IllegalStateException("A failure made by the test");
        }
        return trainer.values(step);
      }

      @Override
      public void step(long step, GradientSum gradient, double clip, double learningRate) {
        trainer.step(step, gradient, clip, learningRate);
      }

      @Override
      public double penalty() {
        return trainer.penalty();
      }

      @Override
      public float[][] state() {
        return trainer.state();
      }

      @Override
      public void save(StateWriter out) throws IOException {
        trainer.save(out);
      }

      @Override
      public void restore(StateReader in) {
        trainer.restore(in);
      }
    };
  }
}
