package io.sparsetune.task;

/**
 * How often each label is the actual one, the predicted one, and both.
 *
 * @param actual [labels]
 * @param predicted [labels]
 * @param truePositives [labels]: predicted where actual
 */
record Confusion(long examples, long[] actual, long[] predicted, long[] truePositives) {

  static Confusion of(int[] labels, int[] predicted) {
    if (labels.length != predicted.length) {
      throw new IllegalArgumentException(
          "Invalid predictions: " + predicted.length + " for " + labels.length + " labels");
    }
    int size = 2;
    for (int i = 0; i < labels.length; i++) {
      size = Math.max(size, Math.max(labels[i], predicted[i]) + 1);
    }
    Confusion counts = new Confusion(labels.length, new long[size], new long[size], new long[size]);
    for (int i = 0; i < labels.length; i++) {
      counts.actual[labels[i]]++;
      counts.predicted[predicted[i]]++;
      if (labels[i] == predicted[i]) {
        counts.truePositives[labels[i]]++;
      }
    }
    return counts;
  }

  double accuracy() {
    return examples == 0 ? 0 : (double) right() / examples;
  }

  /** 2·tp / (2·tp + fp + fn); 0 where the label is neither actual nor predicted. */
  double f1(int label) {
    long occurs = actual[label] + predicted[label];
    return occurs == 0 ? 0 : 2.0 * truePositives[label] / occurs;
  }

  /** Mean over the labels that occur, actual or predicted. */
  double macroF1() {
    double sum = 0;
    int occurring = 0;
    for (int label = 0; label < actual.length; label++) {
      if (actual[label] + predicted[label] > 0) {
        sum += f1(label);
        occurring++;
      }
    }
    return occurring == 0 ? 0 : sum / occurring;
  }

  /**
   * Gorodkin's R_K, which is Matthews' coefficient for two labels; 0 where one side is constant.
   */
  double matthews() {
    double n = examples;
    double together = 0;
    double actualSquares = 0;
    double predictedSquares = 0;
    for (int label = 0; label < actual.length; label++) {
      together += (double) actual[label] * predicted[label];
      actualSquares += (double) actual[label] * actual[label];
      predictedSquares += (double) predicted[label] * predicted[label];
    }
    double spread = Math.sqrt(n * n - actualSquares) * Math.sqrt(n * n - predictedSquares);
    return spread == 0 ? 0 : (right() * n - together) / spread;
  }

  private long right() {
    long right = 0;
    for (long count : truePositives) {
      right += count;
    }
    return right;
  }
}
