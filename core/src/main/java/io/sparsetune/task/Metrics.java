package io.sparsetune.task;

import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DivergedException;
import java.util.EnumMap;
import java.util.Map;

/**
 * Scores of predictions against labels, as scikit-learn and SciPy compute them. Where a score is
 * not defined (a correlation with something constant, F1 without any positive, no examples at all)
 * it is 0.
 */
public final class Metrics {
  private Metrics() {}

  /**
   * @throws DivergedException where an output is not finite
   * @throws IllegalArgumentException where the metric does not fit the model's outputs
   */
  public static double score(Metric metric, Predictions predictions) {
    if (!metric.fits(predictions.outputs())) {
      throw new IllegalArgumentException(
          "Invalid metric: " + metric.key() + " for " + predictions.outputs() + " outputs");
    }
    return metric.forRegression()
        ? ofValues(metric, values(predictions.targets()), values(finite(predictions)))
        : ofLabels(metric, targets(predictions), predicted(predictions));
  }

  /** Every metric that fits the model's outputs, in the order of {@link Metric}. */
  public static Map<Metric, Double> scores(Predictions predictions) {
    Map<Metric, Double> scores = new EnumMap<>(Metric.class);
    for (Metric metric : Metric.values()) {
      if (metric.fits(predictions.outputs())) {
        scores.put(metric, score(metric, predictions));
      }
    }
    return scores;
  }

  /**
   * Checks that a metric fits a model's outputs, which may be known from the data only.
   *
   * @param outputs number of labels; 1 for regression
   * @throws ConfigException where it does not
   */
  public static void requireFits(Metric metric, int outputs) {
    if (!metric.fits(outputs)) {
      String task = outputs == 1 ? "regression" : "classification with " + outputs + " labels";
      String instead =
          outputs == 1 ? "pearson_spearman" : "accuracy, f1_macro, accuracy_f1_macro or matthews";
      throw new ConfigException(
          "Invalid task.metric: '" + metric.key() + "' does not fit " + task + "; use " + instead);
    }
  }

  /**
   * The label of the largest logit of every example, [examples]; a tie goes to the lower index.
   *
   * @throws DivergedException where an output is not finite
   */
  public static int[] predicted(Predictions predictions) {
    float[] logits = finite(predictions);
    int outputs = predictions.outputs();
    int[] predicted = new int[predictions.examples()];
    for (int i = 0; i < predicted.length; i++) {
      int best = 0;
      for (int j = 1; j < outputs; j++) {
        if (logits[i * outputs + j] > logits[i * outputs + best]) {
          best = j;
        }
      }
      predicted[i] = best;
    }
    return predicted;
  }

  /** A classification metric of labels' indices. */
  static double ofLabels(Metric metric, int[] labels, int[] predicted) {
    Confusion counts = Confusion.of(labels, predicted);
    return switch (metric) {
      case ACCURACY -> counts.accuracy();
      case F1 -> counts.f1(1);
      case F1_MACRO -> counts.macroF1();
      case MATTHEWS -> counts.matthews();
      case ACCURACY_F1 -> (counts.accuracy() + counts.f1(1)) / 2;
      case ACCURACY_F1_MACRO -> (counts.accuracy() + counts.macroF1()) / 2;
      case PEARSON, SPEARMAN, PEARSON_SPEARMAN ->
          throw new IllegalArgumentException("Invalid metric of labels: " + metric.key());
    };
  }

  /** A regression metric of values. */
  static double ofValues(Metric metric, double[] wanted, double[] predicted) {
    return switch (metric) {
      case PEARSON -> Correlation.pearson(wanted, predicted);
      case SPEARMAN -> Correlation.spearman(wanted, predicted);
      case PEARSON_SPEARMAN ->
          (Correlation.pearson(wanted, predicted) + Correlation.spearman(wanted, predicted)) / 2;
      case ACCURACY, F1, F1_MACRO, MATTHEWS, ACCURACY_F1, ACCURACY_F1_MACRO ->
          throw new IllegalArgumentException("Invalid metric of values: " + metric.key());
    };
  }

  private static float[] finite(Predictions predictions) {
    for (float logit : predictions.logits()) {
      if (!Float.isFinite(logit)) {
        throw new DivergedException(
            "The model's output is not finite ("
                + logit
                + "): training has diverged. Try a lower training.learning_rate",
            null);
      }
    }
    return predictions.logits();
  }

  private static int[] targets(Predictions predictions) {
    int[] labels = new int[predictions.examples()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = Math.round(predictions.targets()[i]);
    }
    return labels;
  }

  private static double[] values(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }
}
