package io.sparsetune.train;

import io.sparsetune.mask.Mask;
import io.sparsetune.work.RoundStep;
import java.util.List;

/**
 * What is left of a dense round; everything else is back at θ⁰.
 *
 * @param mask what the projection kept, without the head
 * @param trained mask and head
 * @param values θ there, [trained.size()]
 * @param moments of the training there, [moments][trained.size()]; none where they end with the
 *     round
 * @param steps what the steps were like, in order
 */
public record RoundResult(
    Mask mask, Mask trained, float[] values, float[][] moments, List<RoundStep> steps) {
  public RoundResult {
    steps = List.copyOf(steps);
  }
}
