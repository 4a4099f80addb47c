package io.sparsetune.work;

/**
 * One step of a dense round, all logical workers together.
 *
 * @param loss mean over the step's examples, each worker's before its step, with the method's
 *     penalty
 * @param gradientNorm the workers' mean, before clipping
 */
public record RoundStep(double loss, double gradientNorm, long examples, long tokens) {}
