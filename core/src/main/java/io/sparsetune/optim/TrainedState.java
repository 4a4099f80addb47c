package io.sparsetune.optim;

import io.sparsetune.mask.Mask;
import java.io.Serializable;

/**
 * Where a training is, in all that is not θ⁰.
 *
 * @param trained mask and head
 * @param values [trained.size()]
 * @param optimizer for those parameters
 */
public record TrainedState(Mask trained, float[] values, OptimizerState optimizer)
    implements Serializable {
  public TrainedState {
    if (values.length != trained.size()) {
      throw new IllegalArgumentException(
          "Invalid values: %d for a mask of %d".formatted(values.length, trained.size()));
    }
  }
}
