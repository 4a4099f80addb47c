package io.sparsetune.train;

import io.sparsetune.method.Evidence;
import io.sparsetune.progress.ScoreProgress;

/**
 * A request for scores at θ⁰.
 *
 * @param sequence rises with every call
 * @param scores which
 * @param progress hears how far a score round is
 */
public record ScoresRequest(long sequence, Evidence.Scores scores, ScoreProgress progress) {}
