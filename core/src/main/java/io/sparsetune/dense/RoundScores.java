package io.sparsetune.dense;

import io.sparsetune.mask.Mask;
import io.sparsetune.mask.ScoreSlice;
import java.io.Serializable;
import java.util.Optional;

/**
 * What a projection looks at: how far each parameter is from θ⁰, perhaps blended with what earlier
 * rounds saw.
 *
 * @param momentum m in d ← m·d + (1 − m)·d_prev; 1 forgets earlier rounds
 * @param stays positions that are kept in any case
 */
public record RoundScores(double momentum, Mask stays) implements Serializable {
  /** Above every distance, and finite. */
  private static final float KEPT = Float.MAX_VALUE;

  /** Whether a round's scores are needed by the next one. */
  public boolean remembers() {
    return momentum < 1;
  }

  /**
   * The distances of a place, blended; without what stays.
   *
   * @param earlier what this gave for the same place in the round before; empty in the first
   */
  public ScoreSlice blended(
      DenseTraining training, StateSlice slice, Optional<ScoreSlice> earlier) {
    float[] distances = training.distances(slice);
    if (remembers() && earlier.isPresent()) {
      ScoreSlice before = earlier.get();
      for (int i = 0; i < distances.length; i++) {
        distances[i] = (float) (momentum * distances[i] + (1 - momentum) * before.score(i));
      }
    }
    return new ScoreSlice(slice.tensor(), slice.from(), distances);
  }

  /** The same with what stays above all others. */
  public ScoreSlice withStays(ScoreSlice blended) {
    if (stays.count(blended.tensor()) == 0) {
      return blended;
    }
    float[] scores = new float[blended.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = blended.score(i);
    }
    int first = stays.numberAt(blended.tensor(), blended.from());
    int end = stays.numberAt(blended.tensor(), blended.from() + scores.length);
    for (int q = first; q < end; q++) {
      scores[stays.position(blended.tensor(), q) - blended.from()] = KEPT;
    }
    return new ScoreSlice(blended.tensor(), blended.from(), scores);
  }
}
