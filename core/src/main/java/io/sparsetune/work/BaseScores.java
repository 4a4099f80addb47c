package io.sparsetune.work;

import io.sparsetune.engine.Engine;
import io.sparsetune.mask.ScoreSlice;
import io.sparsetune.params.ParameterLayout;
import java.util.ArrayList;
import java.util.List;

/** |θ⁰| as scores. */
public final class BaseScores {
  private BaseScores() {}

  /**
   * One tensor's scores, read from the engine's θ: to be used while its lease is held.
   *
   * @param engine with nothing installed
   */
  public static List<ScoreSlice> slices(Engine engine, ParameterLayout layout, int tensor) {
    int length = layout.tensor(tensor).size();
    List<ScoreSlice> slices = new ArrayList<>();
    for (int from = 0; from < length; from += ScoreSlice.LENGTH) {
      int size = Math.min(ScoreSlice.LENGTH, length - from);
      int offset = layout.offset(tensor) + from;
      slices.add(new ScoreSlice(tensor, from, size, engine.theta(), offset));
    }
    return slices;
  }
}
