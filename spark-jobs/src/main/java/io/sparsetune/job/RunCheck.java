package io.sparsetune.job;

/**
 * What a run would train.
 *
 * @param n parameters that the mask ranges over
 * @param k size of the mask
 * @param head parameters trained beside it
 * @param steps planned
 */
public record RunCheck(long n, long k, long head, int steps) {}
