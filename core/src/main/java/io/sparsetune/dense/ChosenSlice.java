package io.sparsetune.dense;

import io.sparsetune.mask.Mask;
import java.io.Serializable;
import java.util.List;

/**
 * What a projection keeps of a place.
 *
 * @param first ordinal in the kept mask of the first of them
 * @param values θ, [kept]
 * @param state [arrays][kept]
 */
public record ChosenSlice(int first, float[] values, float[][] state) implements Serializable {

  public static ChosenSlice of(DenseTraining training, Mask kept, StateSlice slice) {
    int begin = kept.numberAt(slice.tensor(), slice.from());
    int end = kept.numberAt(slice.tensor(), slice.from() + slice.length());
    float[] all = training.values(slice);
    float[] values = new float[end - begin];
    float[][] state = new float[slice.state().length][end - begin];
    for (int q = begin; q < end; q++) {
      int at = kept.position(slice.tensor(), q) - slice.from();
      values[q - begin] = all[at];
      for (int a = 0; a < state.length; a++) {
        state[a][q - begin] = slice.state()[a][at];
      }
    }
    return new ChosenSlice(kept.firstOrdinal(slice.tensor()) + begin, values, state);
  }

  /** All places' values, [kept.size()]. */
  public static float[] values(Mask kept, List<ChosenSlice> slices) {
    float[] values = new float[kept.size()];
    for (ChosenSlice slice : slices) {
      System.arraycopy(slice.values, 0, values, slice.first, slice.values.length);
    }
    return values;
  }

  /** All places' state, [arrays][kept.size()]. */
  public static float[][] state(Mask kept, List<ChosenSlice> slices) {
    float[][] state = new float[slices.get(0).state.length][kept.size()];
    for (ChosenSlice slice : slices) {
      for (int a = 0; a < state.length; a++) {
        System.arraycopy(slice.state[a], 0, state[a], slice.first, slice.values.length);
      }
    }
    return state;
  }
}
