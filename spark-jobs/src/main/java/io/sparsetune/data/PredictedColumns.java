package io.sparsetune.data;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
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
 * prediction}, a number. Where they are asked for, {@code logits}, the model's outputs, too.
 */
public final class PredictedColumns implements Serializable {
  private static final long serialVersionUID = 1;
  private static final String PREDICTION = "prediction";
  private static final String PROBABILITY = "probability";
  private static final String PROBABILITIES = "probabilities";

  private static final String LOGITS = "logits";

  private final ArrayList<String> labels;
  private final boolean withLogits;

  /**
   * @param labels by index; empty for regression
   * @param withLogits whether the outputs are asked for
   */
  public PredictedColumns(List<String> labels, boolean withLogits) {
    this.labels = new ArrayList<>(labels);
    this.withLogits = withLogits;
  }

  public List<String> names() {
    return List.of(schema(new StructType()).fieldNames());
  }

  /** The columns of {@link #append}: probabilities still as an array in the labels' order. */
  public StructType schema(StructType input) {
    StructType all =
        labels.isEmpty()
            ? input.add(PREDICTION, DataTypes.DoubleType)
            : input
                .add(PREDICTION, DataTypes.StringType)
                .add(PROBABILITY, DataTypes.DoubleType)
                .add(PROBABILITIES, DataTypes.createArrayType(DataTypes.DoubleType, false));
    return withLogits
        ? all.add(LOGITS, DataTypes.createArrayType(DataTypes.FloatType, false))
        : all;
  }

  /** Puts the labels' names to the probabilities. */
  public Dataset<Row> named(Dataset<Row> appended) {
    if (labels.isEmpty()) {
      return appended;
    }
    Column[] names = labels.stream().map(functions::lit).toArray(Column[]::new);
    return appended.withColumn(
        PROBABILITIES,
        functions.map_from_arrays(functions.array(names), functions.col(PROBABILITIES)));
  }

  public Row append(Row row, float[] logits) {
    List<Object> cells = new ArrayList<>();
    for (int i = 0; i < row.size(); i++) {
      cells.add(row.get(i));
    }
    if (labels.isEmpty()) {
      cells.add((double) logits[0]);
    } else {
      addProbabilities(cells, logits);
    }
    if (withLogits) {
      // Spark takes no array of primitives for a cell.
      Float[] all = new Float[logits.length];
      for (int i = 0; i < logits.length; i++) {
        all[i] = logits[i];
      }
      cells.add(all);
    }
    return RowFactory.create(cells.toArray());
  }

  private void addProbabilities(List<Object> cells, float[] logits) {
    double[] probabilities = softmax(logits);
    int best = 0;
    Double[] all = new Double[probabilities.length];
    for (int i = 0; i < probabilities.length; i++) {
      best = logits[i] > logits[best] ? i : best;
      all[i] = probabilities[i];
    }
    cells.add(labels.get(best));
    cells.add(probabilities[best]);
    cells.add(all);
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
