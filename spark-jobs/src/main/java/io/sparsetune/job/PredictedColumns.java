package io.sparsetune.job;

import io.sparsetune.task.Labels;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The columns that a prediction adds to a row. Classification: {@code prediction}, the label;
 * {@code probability}, the label's; {@code probabilities}, of every label. Regression: {@code
 * prediction}, a number.
 */
final class PredictedColumns implements Serializable {
  private static final long serialVersionUID = 1;
  private static final String PREDICTION = "prediction";
  private static final String PROBABILITY = "probability";
  private static final String PROBABILITIES = "probabilities";

  private final ArrayList<String> labels;

  /**
   * @param labels by index; empty for regression
   */
  PredictedColumns(List<String> labels) {
    this.labels = new ArrayList<>(labels);
  }

  static List<String> names(Optional<Labels> labels) {
    return labels.isPresent()
        ? List.of(PREDICTION, PROBABILITY, PROBABILITIES)
        : List.of(PREDICTION);
  }

  /** The columns of {@link #append}: probabilities still as an array in the labels' order. */
  StructType schema(StructType input) {
    if (labels.isEmpty()) {
      return input.add(PREDICTION, DataTypes.DoubleType);
    }
    return input
        .add(PREDICTION, DataTypes.StringType)
        .add(PROBABILITY, DataTypes.DoubleType)
        .add(PROBABILITIES, DataTypes.createArrayType(DataTypes.DoubleType, false));
  }

  /** Puts the labels' names to the probabilities. */
  Dataset<Row> named(Dataset<Row> appended) {
    if (labels.isEmpty()) {
      return appended;
    }
    Column[] names = labels.stream().map(functions::lit).toArray(Column[]::new);
    return appended.withColumn(
        PROBABILITIES,
        functions.map_from_arrays(functions.array(names), functions.col(PROBABILITIES)));
  }

  Row append(Row row, float[] logits) {
    Object[] cells = new Object[row.size() + (labels.isEmpty() ? 1 : 3)];
    for (int i = 0; i < row.size(); i++) {
      cells[i] = row.get(i);
    }
    int next = row.size();
    if (labels.isEmpty()) {
      cells[next] = (double) logits[0];
      return RowFactory.create(cells);
    }
    double[] probabilities = softmax(logits);
    int best = 0;
    // Spark takes no array of primitives for a cell.
    Double[] all = new Double[probabilities.length];
    for (int i = 0; i < probabilities.length; i++) {
      best = logits[i] > logits[best] ? i : best;
      all[i] = probabilities[i];
    }
    cells[next] = labels.get(best);
    cells[next + 1] = probabilities[best];
    cells[next + 2] = all;
    return RowFactory.create(cells);
  }

  static double[] softmax(float[] logits) {
    double largest = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      largest = Math.max(largest, logit);
    }
    double[] probabilities = new double[logits.length];
    double sum = 0;
    for (int i = 0; i < logits.length; i++) {
      probabilities[i] = StrictMath.exp(logits[i] - largest);
      sum += probabilities[i];
    }
    for (int i = 0; i < logits.length; i++) {
      probabilities[i] /= sum;
    }
    return probabilities;
  }
}
