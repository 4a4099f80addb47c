package io.sparsetune.train;

import io.sparsetune.method.MethodConfig;
import io.sparsetune.progress.ScoreProgress;

/**
 * @param sequence rises with every call
 * @param method what chooses the mask, within which budget and scope
 * @param progress hears how far a score round is
 */
public record MaskRequest(long sequence, MethodConfig method, ScoreProgress progress) {
  /** For a method whose mask comes of dense rounds. */
  public IllegalArgumentException needsRounds() {
    return new IllegalArgumentException(
        "Invalid method: %s chooses its mask in dense rounds".formatted(method.name()));
  }
}
