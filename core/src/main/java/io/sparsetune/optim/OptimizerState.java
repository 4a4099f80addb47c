package io.sparsetune.optim;

import io.sparsetune.mask.Mask;
import io.sparsetune.state.StateReader;
import io.sparsetune.state.StateWriter;
import java.io.IOException;
import java.io.Serializable;
import java.util.Arrays;

/**
 * Where an optimizer is.
 *
 * @param steps that it has taken
 * @param moments each [trained.size()]: AdamW's first and second, or SGD's velocity
 */
public record OptimizerState(long steps, float[][] moments) implements Serializable {

  /** That of {@code from}, for the parameters of {@code to}: zero for those that are new. */
  public OptimizerState carried(Mask from, Mask to) {
    float[][] carried = new float[moments.length][];
    for (int m = 0; m < carried.length; m++) {
      carried[m] = new float[to.size()];
      from.copyCommon(moments[m], to, carried[m]);
    }
    return new OptimizerState(steps, carried);
  }

  /**
   * Writes it.
   *
   * @param name that the names of its arrays begin with
   */
  public void save(String name, StateWriter out) throws IOException {
    out.longs(name + ".steps", new long[] {steps});
    for (int m = 0; m < moments.length; m++) {
      out.floats(name + ".moment." + m, moments[m]);
    }
  }

  /**
   * Reads the state that {@link #save} wrote into the arrays of this one.
   *
   * @throws io.sparsetune.error.CorruptFileException where it is not the state of as many moments
   *     of as many parameters
   */
  public OptimizerState restored(String name, StateReader in) {
    long[] taken = in.longs(name + ".steps");
    if (taken.length != 1 || taken[0] < 0) {
      throw new IllegalArgumentException("Invalid number of steps: " + Arrays.toString(taken));
    }
    for (int m = 0; m < moments.length; m++) {
      in.floats(name + ".moment." + m, moments[m]);
    }
    return new OptimizerState(taken[0], moments);
  }
}
