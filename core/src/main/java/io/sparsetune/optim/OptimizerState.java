package io.sparsetune.optim;

import io.sparsetune.mask.Mask;
import java.io.Serializable;

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
}
