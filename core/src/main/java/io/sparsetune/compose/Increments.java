package io.sparsetune.compose;

import io.sparsetune.delta.SparseDelta;
import io.sparsetune.mask.Mask;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.safetensors.FloatSink;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * What a delta adds to its base, without the head.
 *
 * @param base [k] by ordinal: the base's values
 * @param added [k] by ordinal: the new values less the base's
 * @param kept [k] by ordinal: whether the increment survives trimming
 */
record Increments(SparseDelta delta, float[] base, double[] added, boolean[] kept) {

  static Increments of(BaseModel model, SparseDelta delta) {
    ParameterLayout layout = delta.layout();
    Mask trained = delta.trained();
    int size = 0;
    for (int t = 0; t < layout.tensorCount(); t++) {
      size += layout.tensor(t).part() == Part.HEAD ? 0 : trained.count(t);
    }
    float[] base = new float[size];
    for (int t = 0; t < layout.tensorCount(); t++) {
      if (layout.tensor(t).part() != Part.HEAD && trained.count(t) > 0) {
        float[] values = values(model, delta, t);
        int[] positions = positions(layout, trained, t);
        for (int q = 0; q < positions.length; q++) {
          base[trained.firstOrdinal(t) + q] = values[positions[q]];
        }
      }
    }
    double[] added = new double[size];
    for (int i = 0; i < size; i++) {
      added[i] = (double) delta.values()[i] - base[i];
    }
    boolean[] kept = new boolean[size];
    Arrays.fill(kept, true);
    return new Increments(delta, base, added, kept);
  }

  private static float[] values(BaseModel model, SparseDelta delta, int t) {
    float[] values = new float[delta.layout().tensor(t).size()];
    try {
      model.read(delta.info().spec(), t, delta.info().seed(), FloatSink.into(values, 0));
      return values;
    } catch (IOException e) {
      throw new IllegalStateException("An array cannot fail to be written", e);
    }
  }

  static int[] positions(ParameterLayout layout, Mask mask, int t) {
    return mask.isWhole(t)
        ? IntStream.range(0, layout.tensor(t).size()).toArray()
        : mask.positions(t);
  }

  /**
   * Keeps the ⌈density·k⌉ largest magnitudes; of equal ones the lower ordinal.
   *
   * @param density in (0, 1]
   */
  Increments trimmed(double density) {
    int keep = (int) Math.ceil(density * added.length);
    boolean[] largest = new boolean[added.length];
    if (keep > 0) {
      double[] magnitudes = Arrays.stream(added).map(Math::abs).sorted().toArray();
      double least = magnitudes[magnitudes.length - keep];
      int left = keep;
      for (int i = 0; i < added.length; i++) {
        largest[i] = Math.abs(added[i]) > least;
        left -= largest[i] ? 1 : 0;
      }
      for (int i = 0; i < added.length && left > 0; i++) {
        if (Math.abs(added[i]) == least) {
          largest[i] = true;
          left--;
        }
      }
    }
    return new Increments(delta, base, added, largest);
  }
}
