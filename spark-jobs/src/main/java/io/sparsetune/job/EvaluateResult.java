package io.sparsetune.job;

import java.util.Map;

/**
 * @param examples rows that were scored
 * @param truncated how many of their texts were cut at max_seq_length
 * @param skipped rows that could not be used, where the run skips such rows
 * @param metric the task's metric
 * @param scores every metric that fits the task, by name
 */
public record EvaluateResult(
    long examples, long truncated, long skipped, String metric, Map<String, Double> scores) {}
