package io.sparsetune.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.DataException;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.testing.Deltas;
import io.sparsetune.testing.Golden;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Composition against the rules written out on dense vectors. */
class CompositionTest {
  private static final BaseModel BASE = Golden.base("bert");
  private static final ModelSpec SPEC = Golden.spec(BASE);
  private static final List<SparseDelta> DELTAS =
      List.of(
          Deltas.random(BASE, SPEC, 3), Deltas.random(BASE, SPEC, 4), Deltas.random(BASE, SPEC, 5));

  @ParameterizedTest
  @EnumSource(Rule.class)
  void theResultIsTheRulesOnDenseVectors(Rule rule) {
    double density = 0.4;
    Composition composed = Composition.of(BASE, DELTAS, rule, density, DELTAS.get(1));
    ParameterLayout layout = DELTAS.get(0).layout();
    float[] base = BASE.load(DELTAS.get(1).info().spec(), 1);
    double[][] added = DELTAS.stream().map(CompositionTest::dense).toArray(double[][]::new);
    if (rule == Rule.TIES) {
      Arrays.stream(added).forEach(one -> trim(one, layout, density));
    }
    float[] result = base.clone();
    composed.trained().scatter(layout, result, composed.values());
    for (int t = 0; t < layout.tensorCount(); t++) {
      for (int i = layout.offset(t); i < layout.offset(t) + layout.tensor(t).size(); i++) {
        if (layout.tensor(t).part() != Part.HEAD) {
          double expected = base[i] + combine(rule, added[0][i], added[1][i], added[2][i]);
          assertThat((double) result[i]).isCloseTo(expected, within(1e-6));
        }
      }
    }
    float[] head = base.clone();
    DELTAS.get(1).apply(head);
    int from = layout.offset(layout.indexOf("pooler.dense.weight"));
    assertThat(Arrays.copyOfRange(result, from, result.length))
        .isEqualTo(Arrays.copyOfRange(head, from, head.length));
  }

  @ParameterizedTest
  @EnumSource(Rule.class)
  void theOrderOfTheDeltasDoesNotMatter(Rule rule) {
    Composition one = Composition.of(BASE, DELTAS, rule, 0.5, DELTAS.get(0));
    Composition other =
        Composition.of(
            BASE, List.of(DELTAS.get(2), DELTAS.get(0), DELTAS.get(1)), rule, 0.5, DELTAS.get(0));
    assertThat(other.trained()).isEqualTo(one.trained());
    assertThat(other.values()).isEqualTo(one.values());
    assertThat(other.report()).isEqualTo(one.report());
  }

  @Test
  void whatOneDeltaAloneTrainsKeepsItsBits() {
    SparseDelta delta = DELTAS.get(0);
    Composition alone = Composition.of(BASE, List.of(delta), Rule.ADD, 1, delta);
    assertThat(alone.trained()).isEqualTo(delta.trained());
    assertThat(alone.values()).isEqualTo(delta.values());
    assertThat(alone.report().shared()).isZero();
  }

  @Test
  void ofEqualIncrementsTheLowerOrdinalsAreKept() {
    double[] added = {1, -2, 2, 0, 2, -3};
    Increments trimmed =
        new Increments(DELTAS.get(0), new float[6], added, new boolean[6]).trimmed(0.5);
    assertThat(trimmed.kept()).containsExactly(false, true, true, false, false, true);
  }

  @Test
  void aSumBeyondFloatsIsRefused() {
    SparseDelta delta = DELTAS.get(0);
    float[] values = delta.values().clone();
    values[0] = Float.MAX_VALUE;
    SparseDelta huge = new SparseDelta(delta.info(), delta.trained(), values);
    assertThatThrownBy(() -> Composition.of(BASE, List.of(huge, huge), Rule.ADD, 1, huge))
        .isInstanceOf(DataException.class)
        .hasMessageMatching(
            "Cannot compose: at position \\d+ of .* the result is Infinity, beyond what a float"
                + " holds");
  }

  @Test
  void aTinyValueBesideALargeOneOfTheBaseIsNotRoundedAway() {
    SparseDelta delta = DELTAS.get(0);
    float[] values = delta.values().clone();
    values[0] = 1e-30f;
    values[1] = -0.0f;
    SparseDelta tiny = new SparseDelta(delta.info(), delta.trained(), values);
    Composition alone = Composition.of(BASE, List.of(tiny), Rule.ADD, 1, tiny);
    assertThat(alone.values()).isEqualTo(values);
    assertThat(Float.floatToRawIntBits(alone.values()[1])).isEqualTo(Integer.MIN_VALUE);
  }

  @Test
  void theReportCountsOverlapAndConflicts() {
    SparseDelta a = DELTAS.get(0);
    SparseDelta b = DELTAS.get(1);
    ComposeReport report = Composition.of(BASE, List.of(a, b), Rule.ADD, 1, a).report();
    double[] x = dense(a);
    double[] y = dense(b);
    long both = 0;
    long union = 0;
    long apart = 0;
    for (int i = 0; i < x.length; i++) {
      both += x[i] != 0 && y[i] != 0 ? 1 : 0;
      union += x[i] != 0 || y[i] != 0 ? 1 : 0;
      apart += x[i] * y[i] < 0 ? 1 : 0;
    }
    assertThat(report.union()).isEqualTo(union);
    assertThat(report.shared()).isEqualTo(both);
    assertThat(report.conflicting()).isEqualTo(apart).isPositive();
    assertThat(report.pairs())
        .singleElement()
        .returns(both, ComposeReport.Pair::both)
        .returns(apart, ComposeReport.Pair::conflicting)
        .returns((double) both / union, ComposeReport.Pair::jaccard);
  }

  private static double combine(Rule rule, double... added) {
    double sum = Arrays.stream(added).sum();
    double sign = Math.signum(sum);
    return switch (rule) {
      case ADD -> sum;
      case MEAN -> sum / added.length;
      case TIES ->
          Arrays.stream(added).filter(x -> Math.signum(x) == sign && x != 0).average().orElse(0);
    };
  }

  /** What the delta adds to each parameter of embeddings and encoder; 0 at the head. */
  private static double[] dense(SparseDelta delta) {
    ParameterLayout layout = delta.layout();
    float[] base = BASE.load(delta.info().spec(), 1);
    float[] trained = base.clone();
    delta.apply(trained);
    double[] added = new double[base.length];
    for (int i = 0; i < layout.offset(layout.indexOf("pooler.dense.weight")); i++) {
      added[i] = (double) trained[i] - base[i];
    }
    return added;
  }

  private static void trim(double[] added, ParameterLayout layout, double density) {
    double[] magnitudes = Arrays.stream(added).map(Math::abs).filter(x -> x > 0).sorted().toArray();
    int keep = (int) Math.ceil(density * magnitudes.length);
    double least = magnitudes[magnitudes.length - keep];
    for (int i = 0; i < layout.size(); i++) {
      added[i] = Math.abs(added[i]) < least ? 0 : added[i];
    }
  }

  private static Offset<Double> within(double offset) {
    return Offset.offset(offset);
  }
}
