package io.sparsetune.task;

import io.sparsetune.files.KeyName;

/** A score of predictions against labels; higher is better. */
public enum Metric {
  ACCURACY,
  F1,
  F1_MACRO,
  MATTHEWS,
  PEARSON,
  SPEARMAN,
  /** Mean of accuracy and F1, as GLUE reports MRPC and QQP. */
  ACCURACY_F1,
  /** Mean of accuracy and macro F1, as SuperGLUE reports CB. */
  ACCURACY_F1_MACRO,
  /** Mean of Pearson and Spearman, as GLUE reports STS-B. */
  PEARSON_SPEARMAN;

  /** Whether it is a score of numbers rather than of labels. */
  public boolean forRegression() {
    return this == PEARSON || this == SPEARMAN || this == PEARSON_SPEARMAN;
  }

  /**
   * Whether it scores a model of so many outputs.
   *
   * @param outputs number of labels; 1 for regression
   */
  public boolean fits(int outputs) {
    return switch (this) {
      case PEARSON, SPEARMAN, PEARSON_SPEARMAN -> outputs == 1;
      case F1, ACCURACY_F1 -> outputs == 2;
      case ACCURACY, F1_MACRO, ACCURACY_F1_MACRO, MATTHEWS -> outputs > 1;
    };
  }

  /** The name in configurations and results. */
  public String key() {
    return KeyName.of(this);
  }
}
