package io.sparsetune.task;

import java.util.Locale;

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
  /** Mean of Pearson and Spearman, as GLUE reports STS-B. */
  PEARSON_SPEARMAN;

  /** Whether it is a score of numbers rather than of labels. */
  public boolean forRegression() {
    return this == PEARSON || this == SPEARMAN || this == PEARSON_SPEARMAN;
  }

  /** The name in configurations and results. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
