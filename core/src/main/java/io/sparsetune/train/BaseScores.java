package io.sparsetune.train;

import io.sparsetune.engine.Engine;
import io.sparsetune.mask.Mask;
import io.sparsetune.mask.ScoreSlice;
import io.sparsetune.params.ParameterLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** |θ⁰| as scores. */
public final class BaseScores {
  private BaseScores() {}

  /**
   * One tensor's scores.
   *
   * @param engine with nothing installed
   */
  public static List<ScoreSlice> slices(Engine engine, ParameterLayout layout, int tensor) {
    float[] values = engine.gather(new Mask.Builder(layout).whole(tensor).build());
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.abs(values[i]);
    }
    List<ScoreSlice> slices = new ArrayList<>();
    for (int from = 0; from < values.length; from += ScoreSlice.LENGTH) {
      int to = Math.min(values.length, from + ScoreSlice.LENGTH);
      slices.add(new ScoreSlice(tensor, from, Arrays.copyOfRange(values, from, to)));
    }
    return slices;
  }
}
