package io.sparsetune.model;

/** What a micro-batch's gradient is the gradient of; always summed over examples. */
public enum Loss {
  CROSS_ENTROPY,
  MEAN_SQUARED_ERROR
}
