package io.sparsetune.train;

import io.sparsetune.dense.RoundScores;
import io.sparsetune.mask.Mask;
import io.sparsetune.mask.ScoreSource;
import io.sparsetune.progress.ScoreProgress;
import io.sparsetune.work.RoundWork;
import java.util.List;
import java.util.function.Function;

/**
 * A dense round: W logical workers, their average, a projection.
 *
 * @param sequence rises with every call
 * @param round from 0
 * @param workers W, which divides the number of shards; worker w owns shards w, w + W, …
 * @param work each worker's
 * @param scores what the projection looks at
 * @param progress hears how many examples have been trained on, W workers together
 * @param projection on the driver: from the scores to the mask of what is kept
 * @param head tensors that are kept whole beside it
 */
public record RoundRequest(
    long sequence,
    int round,
    int workers,
    RoundWork work,
    RoundScores scores,
    ScoreProgress progress,
    Function<ScoreSource, Mask> projection,
    List<Integer> head) {
  public RoundRequest {
    head = List.copyOf(head);
  }
}
