package io.sparsetune.dense;

import io.sparsetune.mask.Mask;
import java.io.Serializable;
import java.util.List;

/**
 * What a projection keeps of a place.
 *
 * @param first ordinal in the kept mask of the first of them
 * @param values θ, [kept]
 * @param moments [moments][kept]; none where they did not leave the workers
 */
public record ChosenSlice(int first, float[] values, float[][] moments) implements Serializable {

  public static ChosenSlice of(DenseTraining training, Mask kept, StateSlice slice) {
    int begin = kept.numberAt(slice.tensor(), slice.from());
    int end = kept.numberAt(slice.tensor(), slice.from() + slice.length());
    float[] all = training.values(slice);
    float[] values = new float[end - begin];
    int skipped = training.valueArrays();
    float[][] moments = new float[slice.state().length - skipped][end - begin];
    for (int q = begin; q < end; q++) {
      int at = kept.position(slice.tensor(), q) - slice.from();
      values[q - begin] = all[at];
      for (int m = 0; m < moments.length; m++) {
        moments[m][q - begin] = slice.state()[skipped + m][at];
      }
    }
    return new ChosenSlice(kept.firstOrdinal(slice.tensor()) + begin, values, moments);
  }

  /** All places' values, [kept.size()]. */
  public static float[] values(Mask kept, List<ChosenSlice> slices) {
    float[] values = new float[kept.size()];
    for (ChosenSlice slice : slices) {
      System.arraycopy(slice.values, 0, values, slice.first, slice.values.length);
    }
    return values;
  }

  /** All places' moments, [moments][kept.size()]. */
  public static float[][] moments(Mask kept, List<ChosenSlice> slices) {
    float[][] moments = new float[slices.get(0).moments.length][kept.size()];
    for (ChosenSlice slice : slices) {
      for (int m = 0; m < moments.length; m++) {
        System.arraycopy(slice.moments[m], 0, moments[m], slice.first, slice.values.length);
      }
    }
    return moments;
  }
}
