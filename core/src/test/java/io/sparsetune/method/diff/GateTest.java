package io.sparsetune.method.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparsetune.random.Randomness;
import io.sparsetune.random.Randomness.Purpose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against numerical derivatives of a loss whose gradient is known: Σ c_i·θ_i + ½ θ_i². */
class GateTest {
  private static final int SIZE = 40;
  private static final double SHARED_NOISE = 0.45;
  private static final HardConcrete CONCRETE = new HardConcrete(-1.5, 1.5);
  private static final Noise NOISE = Noise.of(Randomness.key(5, Purpose.DIFF_NOISE));

  private final float[] base = normal(1, 1);
  private final float[] slope = normal(2, 1);
  private final float[] w = normal(3, 0.5);
  private final float[] alpha = normal(4, 2);

  private static float[] normal(int stream, double scale) {
    float[] values = new float[SIZE];
    long key = Randomness.key(6, Purpose.DIFF_NOISE, stream);
    for (int i = 0; i < SIZE; i++) {
      values[i] = (float) (scale * Randomness.normal(key, i));
    }
    return values;
  }

  private static Gate gate(double alphaOfTensor) {
    Gate gate = new Gate(CONCRETE, 0.3);
    if (!Double.isInfinite(alphaOfTensor)) {
      gate.enter(TensorGate.of(CONCRETE, SHARED_NOISE, alphaOfTensor));
    }
    return gate;
  }

  /** The whole loss by METHODS' formulas, with the sigmoid of a logit. */
  private double loss(double alphaOfTensor, int changed, double ofW, double ofAlpha) {
    double zShared = 1;
    double openShared = 1;
    if (!Double.isInfinite(alphaOfTensor)) {
      zShared = gate(SHARED_NOISE, alphaOfTensor);
      openShared = sigmoid(alphaOfTensor - Math.log(1.5 / 1.5));
    }
    double loss = 0;
    for (int i = 0; i < SIZE; i++) {
      double wi = w[i] + (i == changed ? ofW : 0);
      double ai = alpha[i] + (i == changed ? ofAlpha : 0);
      double theta = base[i] + gate(NOISE.at(i), ai) * zShared * wi;
      loss += slope[i] * theta + theta * theta / 2;
      loss += 0.3 * sigmoid(ai) * openShared;
    }
    return loss;
  }

  private static double gate(double u, double alpha) {
    double stretched = sigmoid(Math.log(u / (1 - u)) + alpha) * 3 - 1.5;
    return Math.max(0, Math.min(1, stretched));
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.POSITIVE_INFINITY, 0.8, -0.1})
  void gradientsAreTheLosssDerivatives(double alphaOfTensor) {
    Gate gate = gate(alphaOfTensor);
    double ofShared = 0;
    double h = 1e-5;
    for (int i = 0; i < SIZE; i++) {
      gate.draw(NOISE.at(i), alpha[i]);
      double g = slope[i] + base[i] + gate.factor() * w[i];
      ofShared += gate.byTensorAlpha(g, w[i]);
      double byW = loss(alphaOfTensor, i, h, 0) - loss(alphaOfTensor, i, -h, 0);
      assertThat(g * gate.factor()).as("w %d", i).isCloseTo(byW / (2 * h), within(1e-7));
      double byAlpha = loss(alphaOfTensor, i, 0, h) - loss(alphaOfTensor, i, 0, -h);
      assertThat(gate.byAlpha(g, w[i]))
          .as("alpha %d", i)
          .isCloseTo(byAlpha / (2 * h), within(1e-7));
    }
    if (Double.isInfinite(alphaOfTensor)) {
      assertThat(ofShared).isZero();
    } else {
      double byShared = loss(alphaOfTensor + h, -1, 0, 0) - loss(alphaOfTensor - h, -1, 0, 0);
      assertThat(ofShared).isCloseTo(byShared / (2 * h), within(1e-6));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.POSITIVE_INFINITY, 0.8})
  void thePenaltyIsTheWeightedChanceOfOpenGates(double alphaOfTensor) {
    double expected = 0;
    for (float a : alpha) {
      expected += 0.3 * sigmoid(a) * (Double.isInfinite(alphaOfTensor) ? 1 : sigmoid(0.8));
    }
    Gate gate = gate(alphaOfTensor);
    double penalty = 0;
    for (float a : alpha) {
      gate.draw(0.5, a);
      penalty += gate.penalty();
    }
    assertThat(penalty).isCloseTo(expected, within(1e-10));
  }
}
