package io.sparsetune.job;

import io.sparsetune.config.RunConfig;
import io.sparsetune.progress.TrainingListener;

/**
 * @param config what to train
 * @param overwrite whether a run that is already in the output folder may be replaced
 * @param progress hears how it goes
 */
public record TrainRequest(RunConfig config, boolean overwrite, TrainingListener progress) {}
