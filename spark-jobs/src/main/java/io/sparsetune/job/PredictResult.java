package io.sparsetune.job;

/**
 * @param output the folder written
 * @param rows how many rows it has
 * @param truncated how many of their texts were cut at max_seq_length
 */
public record PredictResult(String output, long rows, long truncated) {}
