package io.sparsetune.train;

/**
 * What went between the driver and the executors so far, in sparse steps alone.
 *
 * @param down bytes from the driver: values and tasks
 * @param up bytes to the driver: sums
 * @param steps how many steps that was
 */
public record BytesMoved(long down, long up, long steps) {}
