package io.sparsetune.dense;

import io.sparsetune.mask.Mask;
import io.sparsetune.optim.TrainedState;
import io.sparsetune.params.ParameterLayout;
import java.io.Serializable;

/**
 * How logical workers train densely: the seam for methods whose steps are not plain ones. It goes
 * to tasks by value. A worker's state is a number of arrays, each [dense.size()]; slices of them
 * are averaged over the workers element by element.
 */
public interface DenseTraining extends Serializable {
  /**
   * A worker at the start of a round.
   *
   * @param dense everything that is trained: whole tensors
   * @param base θ⁰ there, [dense.size()]; not to be written to
   * @param start what stands off θ⁰, part of {@code dense}; not to be written to
   */
  DenseTrainer trainer(ParameterLayout layout, Mask dense, float[] base, TrainedState start);

  /** How many arrays of [dense.size()] floats a worker holds beside θ⁰. */
  int arrays();

  /** How many arrays of its state {@link #values} looks at: the first; the others are moments. */
  default int valueArrays() {
    return 1;
  }

  /**
   * θ that an averaged slice stands for. The slice is not written to; its own array may be
   * returned.
   */
  default float[] values(StateSlice slice) {
    return slice.state()[0];
  }

  /** How far each parameter went, 0 or more: what a projection keeps the largest of. */
  default float[] distances(StateSlice slice) {
    float[] values = values(slice);
    float[] distances = new float[values.length];
    for (int i = 0; i < distances.length; i++) {
      distances[i] = Math.abs(values[i] - slice.base()[i]);
    }
    return distances;
  }
}
