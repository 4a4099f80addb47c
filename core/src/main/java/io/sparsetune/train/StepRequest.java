package io.sparsetune.train;

import io.sparsetune.mask.Mask;

/**
 * One global batch.
 *
 * @param sequence rises with every call
 * @param step global step from 0: names the dropout
 * @param epoch from 0
 * @param stepInEpoch from 0: which micro-batch of each shard
 * @param trained mask and head
 * @param values [trained.size()]
 */
public record StepRequest(
    long sequence, long step, int epoch, int stepInEpoch, Mask trained, float[] values) {}
