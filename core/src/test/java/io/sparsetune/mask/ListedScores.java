package io.sparsetune.mask;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Scores in memory that behave like scores far away: functions travel, slices come in any order.
 */
public final class ListedScores implements ScoreSource {
  private final List<ScoreSlice> slices = new ArrayList<>();

  /**
   * @param scores of each tensor; an empty array for none
   */
  public ListedScores(List<float[]> scores) {
    for (int t = 0; t < scores.size(); t++) {
      for (int from = 0; from < scores.get(t).length; from += ScoreSlice.LENGTH) {
        int to = Math.min(scores.get(t).length, from + ScoreSlice.LENGTH);
        slices.add(new ScoreSlice(t, from, Arrays.copyOfRange(scores.get(t), from, to)));
      }
    }
    Collections.reverse(slices);
  }

  @Override
  public Histogram histogram(SliceFunction<Histogram> function) {
    Histogram all = Histogram.EMPTY;
    for (Histogram part : map(function)) {
      all = part.merge(all);
    }
    return all;
  }

  @Override
  public <R> List<R> map(SliceFunction<R> function) {
    SliceFunction<R> arrived = travel(function);
    List<R> results = new ArrayList<>();
    for (ScoreSlice slice : slices) {
      results.add(travel(arrived.apply(slice)));
    }
    return results;
  }

  @SuppressWarnings("unchecked")
  private static <T> T travel(T thing) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
        out.writeObject(thing);
      }
      return (T) new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
    } catch (IOException | ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }
}
