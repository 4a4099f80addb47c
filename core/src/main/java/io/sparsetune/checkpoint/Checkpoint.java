package io.sparsetune.checkpoint;

import io.sparsetune.progress.BytesMoved;
import io.sparsetune.progress.StepTally;
import io.sparsetune.train.TrainingState;
import java.util.Optional;

/**
 * A training's state, with what its log and its result need to go on.
 *
 * @param runId of the run, by content: {@code run.json} has the same
 * @param tally of the steps since the last line of the log
 * @param seconds that the training has taken
 * @param moved traffic with the driver so far, where there is any
 */
public record Checkpoint(
    String runId,
    TrainingState state,
    StepTally tally,
    double seconds,
    Optional<BytesMoved> moved) {}
