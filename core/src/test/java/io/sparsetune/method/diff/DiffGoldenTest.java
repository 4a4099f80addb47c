package io.sparsetune.method.diff;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparsetune.batch.MicroBatch;
import io.sparsetune.dense.DenseTraining;
import io.sparsetune.dense.StateSlice;
import io.sparsetune.engine.EngineWorker;
import io.sparsetune.engine.room.RoomEngine;
import io.sparsetune.mask.ListedScores;
import io.sparsetune.mask.Mask;
import io.sparsetune.method.Evidence;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.method.MethodConfig;
import io.sparsetune.method.MethodConfigs;
import io.sparsetune.optim.OptimizerRecipe;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.sums.DenseGradientSink;
import io.sparsetune.testing.GoldenModel;
import io.sparsetune.testing.GoldenTensors;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gates, penalty, loss and gradients for given noise, w and α, against PyTorch's. */
class DiffGoldenTest {
  private static final double ABSOLUTE = 2e-6;
  private static final double RELATIVE = 1e-4;

  /** Whole gradients and the loss of one micro-batch, summed over its examples. */
  private static final class Gradients implements DenseGradientSink {
    private final ParameterLayout layout;
    private final float[][] sums;
    private double loss;

    Gradients(ParameterLayout layout) {
      this.layout = layout;
      this.sums = new float[layout.tensorCount()][];
    }

    @Override
    public boolean wants(int tensor) {
      return layout.tensor(tensor).part() == Part.ENCODER;
    }

    @Override
    public void add(int tensor, float[] gradient, int offset, int examples) {
      int size = layout.tensor(tensor).size();
      sums[tensor] = new float[size];
      for (int i = 0; i < size; i++) {
        sums[tensor][i] = gradient[offset + i] / examples;
      }
    }

    @Override
    public void addLoss(double lossSum, int examples) {
      loss += lossSum / examples;
    }
  }

  /** The released code's choice: of each tensor the largest |α|. */
  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta"})
  void theLargestAlphasAreThoseThatPyTorchTook(String name) {
    GoldenModel model = GoldenModel.read(name);
    ParameterLayout layout = model.spec().layout();
    GoldenTensors given = model.expected("diff-given");
    GoldenTensors expected = model.expected("mask-diff");
    String sparsity = "sparsity=" + model.recipe().required("p").asText();
    MethodConfig method = MethodConfigs.method("diff", "variant=fu-code", sparsity);
    MaskProblem problem = new MaskProblem(layout, method, 1);
    OptimizerRecipe optimizer = MethodConfigs.run().training().optimizer();
    Evidence.DenseRounds evidence = (Evidence.DenseRounds) method.method().evidence(problem);
    DenseTraining training = evidence.training().with(optimizer, 1);
    float[][] scores = new float[layout.tensorCount()][0];
    for (int t : problem.scope().tensors()) {
      float[] alpha = given.named("alpha.", layout.tensor(t).name());
      float[][] state = {new float[alpha.length], alpha};
      StateSlice slice = new StateSlice(t, 0, state, new float[alpha.length]);
      scores[t] = training.distances(slice);
    }
    Mask mask = evidence.projection().mask(0, new ListedScores(List.of(scores)));
    for (int t : problem.scope().tensors()) {
      int[] chosen =
          mask.isWhole(t)
              ? IntStream.range(0, layout.tensor(t).size()).toArray()
              : mask.positions(t);
      String tensor = layout.tensor(t).name();
      assertThat(chosen).as(tensor).isEqualTo(expected.wholeNamed(tensor));
    }
  }

  private static void agree(float[] actual, float[] expected, String what) {
    assertThat(actual).as(what).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      double bound = ABSOLUTE + RELATIVE * Math.abs(expected[i]);
      assertThat((double) Math.abs(actual[i] - expected[i]))
          .as("%s[%d]: %s, expected %s", what, i, actual[i], expected[i])
          .isLessThanOrEqualTo(bound);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta"})
  void gatesPenaltyLossAndGradientsAgreeWithPyTorch(String name) {
    GoldenModel model = GoldenModel.read(name);
    ParameterLayout layout = model.spec().layout();
    GoldenTensors given = model.expected("diff-given");
    GoldenTensors expected = model.expected("diff-expected");
    JsonNode recipe = model.recipe();
    HardConcrete concrete =
        new HardConcrete(
            recipe.required("diff_l").asDouble(), recipe.required("diff_r").asDouble());
    int[] tensors =
        IntStream.range(0, layout.tensorCount())
            .filter(t -> given.find("alpha.", layout.tensor(t).name()).isPresent())
            .toArray();
    assertThat(tensors).isNotEmpty();
    long n = Arrays.stream(tensors).mapToLong(t -> layout.tensor(t).size()).sum();
    double lambda = recipe.required("diff_lambda").asDouble();
    Gate gate = new Gate(concrete, lambda / n);

    float[] theta = model.theta().clone();
    double penalty = 0;
    for (int t : tensors) {
      String tensor = layout.tensor(t).name();
      float[] w = given.named("w.", tensor);
      float[] alpha = given.named("alpha.", tensor);
      float[] noise = given.named("noise.", tensor);
      float[] z = new float[w.length];
      for (int i = 0; i < w.length; i++) {
        gate.draw(noise[i], alpha[i]);
        z[i] = (float) gate.factor();
        theta[layout.offset(t) + i] += (float) (gate.factor() * w[i]);
        penalty += gate.penalty();
      }
      agree(z, expected.named("z.", tensor), "z of " + tensor);
    }
    agree(
        new float[] {(float) (penalty / lambda)},
        expected.floats("penalty"),
        "penalty, without its weight");

    EngineWorker worker = RoomEngine.open(model.spec(), theta).newWorker();
    MicroBatch batch = GoldenModel.pack(model.examples(0));
    Gradients gradients = new Gradients(layout);
    worker.denseGradient(batch, EngineWorker.NO_DROPOUT, gradients);
    agree(new float[] {(float) gradients.loss}, expected.floats("loss"), "loss");
    for (int t : tensors) {
      String tensor = layout.tensor(t).name();
      float[] w = given.named("w.", tensor);
      float[] alpha = given.named("alpha.", tensor);
      float[] noise = given.named("noise.", tensor);
      float[] ofW = new float[w.length];
      float[] ofAlpha = new float[w.length];
      for (int i = 0; i < w.length; i++) {
        gate.draw(noise[i], alpha[i]);
        double g = gradients.sums[t][i];
        ofW[i] = (float) (g * gate.factor());
        ofAlpha[i] = (float) gate.byAlpha(g, w[i]);
      }
      agree(ofW, expected.named("grad.w.", tensor), "gradient by w of " + tensor);
      agree(ofAlpha, expected.named("grad.alpha.", tensor), "gradient by alpha of " + tensor);
    }
  }
}
