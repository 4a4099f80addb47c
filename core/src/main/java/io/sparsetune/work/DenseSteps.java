package io.sparsetune.work;

import io.sparsetune.optim.LearningRate;
import java.io.Serializable;

/**
 * Steps of a dense round.
 *
 * @param first global step from 0
 * @param count H
 * @param scheduleStart global step at which the schedule starts
 * @param maxGradNorm of a logical worker's mean gradient; infinite for no clipping
 */
public record DenseSteps(
    int first, int count, int scheduleStart, LearningRate learningRate, double maxGradNorm)
    implements Serializable {
  public DenseSteps {
    if (count <= 0) {
      throw new IllegalArgumentException("Invalid round: it has no steps");
    }
  }

  public double rateAt(int step) {
    return learningRate.at(step - scheduleStart);
  }
}
