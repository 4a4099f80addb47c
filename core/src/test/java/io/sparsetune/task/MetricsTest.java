package io.sparsetune.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DivergedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private static final Offset<Double> EXACTLY = within(1e-9);
  private static final Path GOLDEN = Path.of(System.getProperty("golden.dir"), "metrics.json");

  @Test
  void everyMetricAgreesWithTheGoldenValues() throws IOException {
    int compared = 0;
    for (JsonNode given : new ObjectMapper().readTree(GOLDEN.toFile())) {
      for (Metric metric : Metric.values()) {
        if (given.has(metric.key())) {
          assertThat(scored(metric, given))
              .as(metric.key())
              .isCloseTo(given.get(metric.key()).asDouble(), EXACTLY);
          compared++;
        }
      }
    }
    assertThat(compared).isGreaterThan(10);
  }

  @Test
  void scoresOfPredictionsTakeTheLargestLogitAndTheLowerLabelInATie() {
    Predictions two =
        new Predictions(2, new float[] {0, 1, 2, 1, 3, 3, -1, 5}, new float[] {1, 0, 1, 1});
    assertThat(Metrics.predicted(two)).containsExactly(1, 0, 0, 1);
    assertThat(Metrics.score(Metric.ACCURACY, two)).isEqualTo(0.75);
    assertThat(Metrics.score(Metric.F1, two)).isCloseTo(0.8, EXACTLY);
    assertThat(Metrics.score(Metric.ACCURACY_F1, two)).isCloseTo(0.775, EXACTLY);
    assertThat(Metrics.scores(two))
        .containsOnlyKeys(
            Metric.ACCURACY,
            Metric.F1,
            Metric.F1_MACRO,
            Metric.MATTHEWS,
            Metric.ACCURACY_F1,
            Metric.ACCURACY_F1_MACRO);
  }

  @Test
  void regressionHasCorrelationsOnlyAndMoreLabelsHaveNoBinaryF1() {
    Predictions regression = new Predictions(1, new float[] {1, 2, 4}, new float[] {0.5f, 1, 1.5f});
    assertThat(Metrics.scores(regression))
        .containsOnlyKeys(Metric.PEARSON, Metric.SPEARMAN, Metric.PEARSON_SPEARMAN)
        .containsEntry(Metric.SPEARMAN, 1.0);
    Predictions three = new Predictions(3, new float[] {1, 0, 0}, new float[] {0});
    assertThat(Metrics.scores(three))
        .containsOnlyKeys(
            Metric.ACCURACY, Metric.F1_MACRO, Metric.MATTHEWS, Metric.ACCURACY_F1_MACRO);
  }

  /** Of three labels: a mean over labels, not over examples. */
  @Test
  void theMeanOfAccuracyAndMacroF1IsThatOfBoth() {
    int[] labels = {0, 0, 0, 1, 1, 2};
    int[] predicted = {0, 0, 1, 1, 1, 0};
    double macro = (2 * 2.0 / 6 + 2 * 2.0 / 5 + 0) / 3;
    assertThat(Metrics.ofLabels(Metric.F1_MACRO, labels, predicted)).isCloseTo(macro, EXACTLY);
    assertThat(Metrics.ofLabels(Metric.ACCURACY_F1_MACRO, labels, predicted))
        .isCloseTo((4.0 / 6 + macro) / 2, EXACTLY);
  }

  @Test
  void whatIsNotDefinedIsZero() {
    Predictions none = new Predictions(2, new float[0], new float[0]);
    assertThat(Metrics.scores(none).values()).containsOnly(0.0);
    Predictions noPositive = new Predictions(2, new float[] {1, 0, 1, 0}, new float[] {0, 0});
    assertThat(Metrics.score(Metric.F1, noPositive)).isZero();
    assertThat(Metrics.score(Metric.MATTHEWS, noPositive)).isZero();
    Predictions constant = new Predictions(1, new float[] {.1f, .1f, .1f}, new float[] {1, 2, 3});
    assertThat(Metrics.scores(constant).values()).containsOnly(0.0);
  }

  @Test
  void equalValuesShareTheMeanOfTheirRanks() {
    double[] a = {1, 2, 2, 3};
    double[] b = {1, 2.5, 2.5, 4};
    assertThat(Correlation.spearman(a, b)).isCloseTo(1, EXACTLY);
    assertThat(Correlation.spearman(a, new double[] {4, 3, 2, 1}))
        .isCloseTo(-0.9486832980505138, EXACTLY);
  }

  @Test
  void anOutputThatIsNotFiniteIsDivergence() {
    Predictions broken = new Predictions(2, new float[] {Float.NaN, 0}, new float[] {0});
    assertThatThrownBy(() -> Metrics.score(Metric.ACCURACY, broken))
        .isInstanceOf(DivergedException.class)
        .hasMessage(
            "The model's output is not finite (NaN): training has diverged. Try a lower"
                + " training.learning_rate");
  }

  @Test
  void aMetricThatDoesNotFitTheDataIsRefused() {
    Metrics.requireFits(Metric.F1, 2);
    assertThatThrownBy(() -> Metrics.requireFits(Metric.F1, 5))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Invalid task.metric: 'f1' does not fit classification with 5 labels; use accuracy,"
                + " f1_macro, accuracy_f1_macro or matthews");
    assertThatThrownBy(() -> Metrics.requireFits(Metric.ACCURACY, 1))
        .hasMessage(
            "Invalid task.metric: 'accuracy' does not fit regression; use pearson_spearman");
  }

  private static double scored(Metric metric, JsonNode given) {
    JsonNode labels = given.get("labels");
    JsonNode predictions = given.get("predictions");
    return metric.forRegression()
        ? Metrics.ofValues(metric, doubles(labels), doubles(predictions))
        : Metrics.ofLabels(metric, ints(labels), ints(predictions));
  }

  private static double[] doubles(JsonNode array) {
    return IntStream.range(0, array.size()).mapToDouble(i -> array.get(i).asDouble()).toArray();
  }

  private static int[] ints(JsonNode array) {
    return IntStream.range(0, array.size()).map(i -> array.get(i).asInt()).toArray();
  }
}
