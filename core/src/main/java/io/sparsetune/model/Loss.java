package io.sparsetune.model;

/** What a micro-batch's gradient is the gradient of; always summed over examples. */
public enum Loss {
  CROSS_ENTROPY,
  /**
   * Of the softmax over an example's choices: a sequence each, which the model scores by itself.
   */
  CHOICE_CROSS_ENTROPY,
  MEAN_SQUARED_ERROR
}
