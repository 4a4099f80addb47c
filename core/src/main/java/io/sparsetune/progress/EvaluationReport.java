package io.sparsetune.progress;

import io.sparsetune.task.Metric;

/**
 * An evaluation on the validation data.
 *
 * @param step steps done, from 1
 * @param epoch epochs done, in fractions
 * @param best whether it is the best so far
 */
public record EvaluationReport(int step, double epoch, Metric metric, double value, boolean best) {}
