package io.sparsetune.method.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparsetune.dense.DenseTrainer;
import io.sparsetune.dense.SavedTrainers;
import io.sparsetune.dense.StateSlice;
import io.sparsetune.dense.StateSlice.Place;
import io.sparsetune.mask.Mask;
import io.sparsetune.method.MethodConfigs;
import io.sparsetune.optim.OptimizerRecipe;
import io.sparsetune.optim.TrainedState;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.random.Randomness;
import io.sparsetune.random.Randomness.Purpose;
import io.sparsetune.sums.GradientSum;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against the formulas as they are written, all in double precision. */
class DiffTrainerTest {
  private static final ParameterLayout LAYOUT =
      new ParameterLayout(
          List.of(
              TensorSpec.of("encoder.layer.0.a", Part.ENCODER, 7, 3),
              TensorSpec.of("encoder.layer.0.b.bias", Part.ENCODER, 5),
              TensorSpec.of("classifier.c", Part.HEAD, 4)));
  private static final int SIZE = LAYOUT.size();
  private static final int EXAMPLES = 8;
  private static final int STEPS = 12;
  private static final double RATE = 0.05;
  private static final double MAX_NORM = 0.7;
  private static final double LAMBDA = 0.02;
  private static final Mask DENSE = Mask.none(LAYOUT).withWhole(LAYOUT, List.of(0, 1, 2));
  private static final HardConcrete CONCRETE = new HardConcrete(-1.5, 1.5);

  private final float[] base = normal(1);
  private final float[] pull = normal(2);

  private static float[] normal(int stream) {
    float[] values = new float[SIZE];
    long key = Randomness.key(6, Purpose.DIFF_ALPHA, stream);
    for (int i = 0; i < SIZE; i++) {
      values[i] = (float) (Randomness.normal(key, i));
    }
    return values;
  }

  private static DiffTraining training(boolean structured, Alphas alphas, boolean byAlpha) {
    OptimizerRecipe adamW = MethodConfigs.run("training.weight_decay=0.1").training().optimizer();
    return new DiffTraining(
        List.of(0, 1), CONCRETE, LAMBDA, structured, alphas, adamW, MAX_NORM, byAlpha, 11);
  }

  private DenseTrainer trainer(DiffTraining training) {
    TrainedState atBase =
        new TrainedState(Mask.none(LAYOUT), new float[0], training.optimizer().initial(0));
    return training.trainer(LAYOUT, DENSE, base, atBase);
  }

  /** Of Σ pull·θ + ½ θ². */
  private GradientSum gradient(float[] theta) {
    float[] g = new float[SIZE];
    for (int i = 0; i < SIZE; i++) {
      g[i] = EXAMPLES * (pull[i] + theta[i]);
    }
    GradientSum sum = new GradientSum(SIZE);
    sum.add(0, g, 0, SIZE);
    sum.addLoss(1, EXAMPLES);
    return sum;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  /** Moments and values of everything that moves: w or θ, then α, then α_g. */
  private final class Oracle {
    private final DiffTraining training;
    private final boolean shared;
    private final double[] x = new double[2 * SIZE + 2];
    private final double[] m = new double[x.length];
    private final double[] v = new double[x.length];
    private final double[] z = new double[SIZE];
    private final double[] zSlope = new double[SIZE];
    private final double[] tensorZ = {1, 1};
    private final double[] tensorSlope = {0, 0};

    Oracle(DiffTraining training, float[][] start) {
      this.training = training;
      this.shared = training.alphas().shared();
      for (int i = 0; i < SIZE; i++) {
        x[i] = tensor(i) == 2 ? base[i] : 0;
        x[SIZE + i] = start[DiffTraining.ALPHA][i];
      }
      for (int t = 0; t < 2 && training.structured(); t++) {
        x[2 * SIZE + t] = start[DiffTraining.TENSOR_ALPHA][LAYOUT.offset(t)];
      }
    }

    private int tensor(int i) {
      return i < 21 ? 0 : i < 26 ? 1 : 2;
    }

    private double[] draw(double u, double alpha) {
      double s = sigmoid(Math.log(u / (1 - u)) + alpha);
      double stretched = s * 3 - 1.5;
      boolean inside = stretched > 0 && stretched < 1;
      return new double[] {Math.max(0, Math.min(1, stretched)), inside ? 3 * s * (1 - s) : 0};
    }

    double[] theta(int step) {
      if (training.structured()) {
        long key = Randomness.key(11, Purpose.DIFF_TENSOR_NOISE, step);
        for (int t = 0; t < 2; t++) {
          double[] drawn = draw(Noise.of(key).at(t), x[2 * SIZE + t]);
          tensorZ[t] = drawn[0];
          tensorSlope[t] = drawn[1];
        }
      }
      double[] theta = new double[SIZE];
      for (int i = 0; i < SIZE; i++) {
        int t = tensor(i);
        theta[i] = x[i];
        if (t < 2) {
          int position = i - LAYOUT.offset(t);
          double[] drawn = draw(training.noise(step, t).at(position), x[SIZE + i]);
          z[i] = drawn[0];
          zSlope[i] = drawn[1];
          theta[i] = base[i] + z[i] * tensorZ[t] * x[i];
        }
      }
      return theta;
    }

    /** Where it stands: λ·Σ σ(α)·σ(α_g), for −l = r. */
    double penalty() {
      double sum = 0;
      for (int i = 0; i < SIZE; i++) {
        double tensorOpen = training.structured() ? sigmoid(x[2 * SIZE + tensor(i) % 2]) : 1;
        sum += tensor(i) == 2 ? 0 : sigmoid(x[SIZE + i]) * tensorOpen;
      }
      return LAMBDA * sum;
    }

    void step(int step) {
      double[] theta = theta(step);
      double[] g = new double[x.length];
      for (int i = 0; i < SIZE; i++) {
        double byTheta = pull[i] + theta[i];
        int t = tensor(i);
        if (t == 2) {
          g[i] = byTheta;
          continue;
        }
        double open = sigmoid(x[SIZE + i]);
        double tensorOpen = training.structured() ? sigmoid(x[2 * SIZE + t]) : 1;
        g[i] = byTheta * z[i] * tensorZ[t];
        g[SIZE + i] =
            byTheta * x[i] * zSlope[i] * tensorZ[t] + LAMBDA * open * (1 - open) * tensorOpen;
        if (training.structured()) {
          g[2 * SIZE + t] +=
              byTheta * x[i] * z[i] * tensorSlope[t]
                  + LAMBDA * open * tensorOpen * (1 - tensorOpen);
        }
      }
      double squares = 0;
      for (int i = 0; i < (shared ? x.length : SIZE); i++) {
        squares += g[i] * g[i];
      }
      double clip = Math.min(1, MAX_NORM / (Math.sqrt(squares) + 1e-6));
      for (int i = 0; i < x.length; i++) {
        boolean ofAlpha = i >= SIZE;
        double rate = ofAlpha && !shared ? 0.1 : RATE;
        double scaled = ofAlpha && !shared ? g[i] : clip * g[i];
        m[i] = 0.9 * m[i] + 0.1 * scaled;
        v[i] = 0.999 * v[i] + 0.001 * scaled * scaled;
        double mean = m[i] / (1 - Math.pow(0.9, step + 1));
        double square = v[i] / (1 - Math.pow(0.999, step + 1));
        // No decay for biases and α.
        double decay = i < 21 || i >= 26 && i < SIZE ? 1 - RATE * 0.1 : 1;
        x[i] = x[i] * decay - rate * mean / (Math.sqrt(square) + 1e-8);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"false, false", "true, false", "false, true", "true, true"})
  void stepsFollowTheFormulas(boolean structured, boolean releasedCode) {
    Alphas alphas = releasedCode ? Alphas.ofReleasedCode() : Alphas.of(5, 0.1);
    DiffTraining training = training(structured, alphas, false);
    DenseTrainer trainer = trainer(training);
    Oracle oracle = new Oracle(training, trainer.state());
    for (int step = 0; step < STEPS; step++) {
      float[] theta = trainer.values(step);
      double[] expected = oracle.theta(step);
      for (int i = 0; i < SIZE; i++) {
        assertThat((double) theta[i])
            .as("step %d, %d", step, i)
            .isCloseTo(expected[i], within(2e-5));
      }
      double penalty = oracle.penalty();
      trainer.step(step, gradient(theta), 1, RATE);
      assertThat(trainer.penalty()).isCloseTo(penalty, within(1e-5));
      oracle.step(step);
    }
    float[][] state = trainer.state();
    for (int i = 0; i < SIZE; i++) {
      assertThat((double) state[DiffTraining.W][i]).isCloseTo(oracle.x[i], within(2e-5));
      if (oracle.tensor(i) < 2) {
        assertThat((double) state[DiffTraining.ALPHA][i])
            .isCloseTo(oracle.x[SIZE + i], within(2e-5));
      }
    }
    assertThat(state).hasNumberOfRows(structured ? 3 : 2);
    if (structured) {
      assertThat((double) state[DiffTraining.TENSOR_ALPHA][22])
          .isCloseTo(oracle.x[2 * SIZE + 1], within(2e-5));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "false, false, adamw",
    "true, false, adamw",
    "false, true, adamw",
    "true, true, adamw",
    "true, false, sgd"
  })
  void aTrainerGoesOnFromItsSavedStateBitForBit(
      boolean structured, boolean releasedCode, String optimizer) {
    Alphas alphas = releasedCode ? Alphas.ofReleasedCode() : Alphas.of(5, 0.1);
    DiffTraining adamW = training(structured, alphas, releasedCode);
    OptimizerRecipe recipe =
        MethodConfigs.run("training.optimizer=" + optimizer).training().optimizer();
    DiffTraining training =
        new DiffTraining(
            adamW.gated(),
            CONCRETE,
            LAMBDA,
            structured,
            alphas,
            recipe,
            MAX_NORM,
            releasedCode,
            adamW.seed());
    SavedTrainers.goOnBitForBit(() -> trainer(training), this::gradient, STEPS);
  }

  @Test
  void alphaStartsWhereItIsToldOrAtTheSigmoidOfANormal() {
    float[] told = trainer(training(false, Alphas.of(2.5, 0.1), false)).state()[1];
    assertThat(Arrays.copyOf(told, 26)).containsOnly(2.5f);
    float[] drawn = new float[40_000];
    Alphas.ofReleasedCode().fill(3, 0, drawn, 0, drawn.length);
    double mean = 0;
    for (float a : drawn) {
      assertThat(a).isBetween(0f, 1f);
      mean += a / (double) drawn.length;
    }
    assertThat(mean).isCloseTo(0.5, within(0.01));
  }

  /** Whole and in two parts: the same, for the noise is the position's. */
  @Test
  void theDifferencesAreSampledOnceAndJudgedByWhatWasSampled() {
    DiffTraining training = training(true, Alphas.of(0.3, 0.1), false);
    DenseTrainer trainer = trainer(training);
    for (int step = 0; step < STEPS; step++) {
      trainer.step(step, gradient(trainer.values(step)), 1, RATE);
    }
    float[][] state = trainer.state();
    StateSlice whole = StateSlice.cut(new Place(0, 0), DENSE, state, base);
    float[] values = training.values(whole);
    float[] distances = training.distances(whole);
    boolean shut = false;
    boolean open = false;
    for (int i = 0; i < 21; i++) {
      assertThat(distances[i]).isCloseTo(Math.abs(values[i] - base[i]), within(1e-6f));
      shut |= distances[i] == 0;
      open |= distances[i] > 0;
    }
    assertThat(shut && open).isTrue();
    float[][] tail = new float[3][];
    for (int a = 0; a < 3; a++) {
      tail[a] = Arrays.copyOfRange(state[a], 9, 21);
    }
    StateSlice part = new StateSlice(0, 9, tail, Arrays.copyOfRange(base, 9, 21));
    assertThat(training.values(part)).isEqualTo(Arrays.copyOfRange(values, 9, 21));
    assertThat(training.distances(part)).isEqualTo(Arrays.copyOfRange(distances, 9, 21));

    StateSlice head = StateSlice.cut(new Place(2, 0), DENSE, state, base);
    assertThat(training.values(head)).isEqualTo(Arrays.copyOfRange(state[0], 26, 30));
  }

  @Test
  void theReleasedCodeJudgesByTheMagnitudeOfAlpha() {
    DiffTraining training = training(false, Alphas.ofReleasedCode(), true);
    float[] alpha = {0.5f, -2, 0.25f, 3, -0.125f};
    StateSlice slice =
        new StateSlice(1, 0, new float[][] {new float[5], alpha}, Arrays.copyOf(base, 5));
    assertThat(training.distances(slice)).containsExactly(0.5f, 2, 0.25f, 3, 0.125f);
  }
}
