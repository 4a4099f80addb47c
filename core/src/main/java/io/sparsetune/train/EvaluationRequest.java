package io.sparsetune.train;

import io.sparsetune.mask.Mask;

/**
 * @param sequence rises with every call
 * @param dataSet "validation" or "test"
 */
public record EvaluationRequest(long sequence, String dataSet, Mask trained, float[] values) {}
