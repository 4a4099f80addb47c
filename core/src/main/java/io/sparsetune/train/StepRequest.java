package io.sparsetune.train;

import io.sparsetune.mask.Mask;

/**
 * One global batch.
 *
 * @param sequence rises with every call
 * @param step global step from 0: chooses the micro-batch of each shard, and the dropout
 * @param trained mask and head
 * @param values [trained.size()]
 */
public record StepRequest(long sequence, long step, Mask trained, float[] values) {}
