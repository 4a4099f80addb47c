package io.sparsetune.task;

import io.sparsetune.model.Loss;

/** A task that a model is trained for. */
public enum TaskType {
  CLASSIFICATION(Loss.CROSS_ENTROPY),
  REGRESSION(Loss.MEAN_SQUARED_ERROR),
  /** Which of several continuations fits a text: each is a sequence with a score of its own. */
  MULTIPLE_CHOICE(Loss.CHOICE_CROSS_ENTROPY),
  /** Classification of a text in which two spans are marked. */
  SPANS(Loss.CROSS_ENTROPY);

  private final Loss loss;

  TaskType(Loss loss) {
    this.loss = loss;
  }

  public Loss loss() {
    return loss;
  }
}
