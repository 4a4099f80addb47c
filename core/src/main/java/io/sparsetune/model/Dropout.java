package io.sparsetune.model;

import java.io.Serializable;

/** Dropout probabilities, each in [0, 1). */
public record Dropout(double hidden, double attention, double classifier) implements Serializable {
  public static final Dropout NONE = new Dropout(0, 0, 0);

  public Dropout {
    for (double p : new double[] {hidden, attention, classifier}) {
      if (!(p >= 0 && p < 1)) {
        throw new IllegalArgumentException("Invalid dropout: " + p + " (a probability in [0, 1))");
      }
    }
  }
}
