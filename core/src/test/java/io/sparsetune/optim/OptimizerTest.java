package io.sparsetune.optim;

import static io.sparsetune.method.MethodConfigs.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparsetune.config.TrainingConfig;
import io.sparsetune.mask.Mask;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.sums.GradientSum;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptimizerTest {
  private final ParameterLayout layout =
      new ParameterLayout(
          List.of(
              TensorSpec.of("encoder.layer.0.dense.weight", Part.ENCODER, 5),
              TensorSpec.of("encoder.layer.0.dense.bias", Part.ENCODER, 2)));
  private final Mask trained =
      new Mask.Builder(layout).positions(0, new int[] {1, 4}).whole(1).build();

  /** Mean gradients over two examples. */
  private static GradientSum gradient(double... means) {
    GradientSum sum = new GradientSum(means.length);
    for (int i = 0; i < means.length; i++) {
      sum.add(i, new float[] {(float) (2 * means[i])}, 0, 1);
    }
    sum.addLoss(1, 2);
    return sum;
  }

  private static TrainingConfig training(String... keyValues) {
    return run(keyValues).training();
  }

  @Test
  void adamWFollowsItsFormulas() {
    TrainingConfig training =
        training("training.weight_decay=0.1", "training.adam_beta1=0.8", "training.no_decay=[]");
    SparseOptimizer optimizer = training.optimizer().start(layout, trained);
    float[] values = {1, -2, 0.5f, 3};
    double[] x = {1, -2, 0.5, 3};
    double[] m = new double[4];
    double[] v = new double[4];
    for (int step = 1; step <= 5; step++) {
      double[] g = {0.25 * step, -1, 0, 1e-3};
      double rate = 0.01 * step;
      optimizer.step(values, gradient(g), 0.5, rate);
      for (int i = 0; i < 4; i++) {
        double clipped = g[i] * 0.5;
        m[i] = 0.8 * m[i] + 0.2 * clipped;
        v[i] = 0.999 * v[i] + 0.001 * clipped * clipped;
        double unbiasedM = m[i] / (1 - Math.pow(0.8, step));
        double unbiasedV = v[i] / (1 - Math.pow(0.999, step));
        x[i] -= rate * 0.1 * x[i];
        x[i] -= rate * unbiasedM / (Math.sqrt(unbiasedV) + 1e-8);
        assertThat((double) values[i]).isCloseTo(x[i], within(2e-6));
      }
    }
  }

  @Test
  void sgdFollowsItsFormulas() {
    TrainingConfig training =
        training("training.optimizer=sgd", "training.momentum=0.9", "training.weight_decay=0.1");
    SparseOptimizer optimizer = training.optimizer().start(layout, trained);
    float[] values = {1, -2, 0.5f, 3};
    optimizer.step(values, gradient(1, 2, 3, 4), 1, 0.1);
    optimizer.step(values, gradient(1, 2, 3, 4), 1, 0.1);
    // Weights decay by 1 − 0.1·0.1 a step; biases do not, by default.
    assertThat(values)
        .containsExactly(
            new float[] {
              (float) ((1 * 0.99 - 0.1) * 0.99 - 0.19),
              (float) ((-2 * 0.99 - 0.2) * 0.99 - 0.38),
              0.5f - 0.3f - 0.57f,
              3 - 0.4f - 0.76f
            },
            within(1e-6f));
  }

  @Test
  void biasesAndLayerNormsDoNotDecayByDefault() {
    SparseOptimizer optimizer =
        training("training.weight_decay=0.5").optimizer().start(layout, trained);
    float[] values = {1, 1, 1, 1};
    optimizer.step(values, gradient(0, 0, 0, 0), 1, 0.1);
    assertThat(values).containsExactly(0.95f, 0.95f, 1, 1);
  }

  @Test
  void clippingIsByTheNormOfAllTrained() {
    double norm = GradientClip.norm(gradient(3, 0, 0, 4));
    assertThat(norm).isCloseTo(5, within(1e-9));
    assertThat(GradientClip.factor(norm, training().maxGradNorm()))
        .isCloseTo(1 / (5 + 1e-6), within(1e-12));
    assertThat(GradientClip.factor(0.5, training().maxGradNorm())).isEqualTo(1);
    assertThat(GradientClip.factor(norm, training("training.max_grad_norm=none").maxGradNorm()))
        .isEqualTo(1);
  }

  @Test
  void anOptimizerGoesOnWhereItsStateIs() {
    for (String kind : List.of("adamw", "sgd")) {
      TrainingConfig training =
          training(
              "training.optimizer=" + kind, "training.weight_decay=0.1", "training.momentum=0.9");
      OptimizerRecipe recipe = training.optimizer();
      SparseOptimizer whole = recipe.start(layout, trained);
      float[] expected = {1, -2, 0.5f, 3};
      for (int step = 0; step < 5; step++) {
        whole.step(expected, gradient(1, -step, 3, 0.5), 1, 0.1);
      }
      float[] values = {1, -2, 0.5f, 3};
      SparseOptimizer first = recipe.start(layout, trained);
      for (int step = 0; step < 2; step++) {
        first.step(values, gradient(1, -step, 3, 0.5), 1, 0.1);
      }
      assertThat(first.state().steps()).isEqualTo(2);
      SparseOptimizer second = recipe.resume(layout, trained, first.state());
      for (int step = 2; step < 5; step++) {
        second.step(values, gradient(1, -step, 3, 0.5), 1, 0.1);
      }
      assertThat(values).as(kind).isEqualTo(expected);
      assertThat(second.state().steps()).isEqualTo(5);
    }
  }

  @Test
  void momentsOfWhatStaysAreCarriedToAnotherMask() {
    Mask other = new Mask.Builder(layout).positions(0, new int[] {0, 4}).build();
    OptimizerState state =
        new OptimizerState(9, new float[][] {{1, 2, 3, 4}, {5, 6, 7, 8}}).carried(trained, other);
    assertThat(state.steps()).isEqualTo(9);
    assertThat(state.moments()[0]).containsExactly(0, 2);
    assertThat(state.moments()[1]).containsExactly(0, 6);
  }

  @Test
  void aStateHasAValueForEachTrainedParameter() {
    OptimizerState state = new OptimizerState(0, new float[2][4]);
    assertThatThrownBy(() -> new TrainedState(trained, new float[3], state))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid values: 3 for a mask of 4");
  }
}
