package io.sparsetune.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparsetune.config.RunConfig;
import io.sparsetune.config.TrainingConfig;
import io.sparsetune.dense.PlainTraining;
import io.sparsetune.dense.RoundScores;
import io.sparsetune.dense.StateSlice;
import io.sparsetune.mask.Mask;
import io.sparsetune.mask.ScoreSlice;
import io.sparsetune.mask.ScoreSource;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.method.Methods;
import io.sparsetune.optim.LearningRate;
import io.sparsetune.optim.OptimizerRecipe;
import io.sparsetune.optim.TrainedState;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.testing.GoldenModel;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A dense round of one logical worker, and its projection, against PyTorch's. */
class GoldenRoundsTest {
  private static final double TOLERANCE = 2e-5;

  private static RunConfig config(GoldenModel model) {
    JsonNode recipe = GoldenModels.recipe(model);
    return GoldenTrainingTest.config(
        recipe,
        "child",
        "method.rounds=1",
        "method.project_every=" + recipe.required("round_steps") + " steps",
        "method.sparsity=" + recipe.required("p"));
  }

  private static Mask head(GoldenModel model, RunConfig config) {
    ParameterLayout layout = model.spec().layout();
    return Mask.none(layout).withWhole(layout, Methods.headTensors(layout, config.method()));
  }

  /** Encoder and head. */
  private static Mask dense(GoldenModel model, RunConfig config) {
    ParameterLayout layout = model.spec().layout();
    MaskProblem problem = new MaskProblem(layout, config.method(), 1);
    return head(model, config).withWhole(layout, problem.scope().tensors());
  }

  private static RoundResult round(
      GoldenModel model, int microBatches, Function<ScoreSource, Mask> projection) {
    RunConfig config = config(model);
    TrainingConfig training = config.training();
    JsonNode recipe = GoldenModels.recipe(model);
    Mask nothing = Mask.none(model.spec().layout());
    OptimizerRecipe optimizer = OptimizerRecipe.of(training);
    LearningRate rate = LearningRate.of(training, recipe.required("steps").asInt());
    DenseSteps steps =
        new DenseSteps(
            0,
            recipe.required("round_steps").asInt(),
            0,
            rate,
            training.maxGradNorm().orElseThrow());
    RoundWork work =
        new RoundWork(
            steps,
            new PlainTraining(optimizer),
            dense(model, config),
            new TrainedState(nothing, new float[0], optimizer.initial(0)));
    try (GoldenExecutor executor = new GoldenExecutor(model, nothing, microBatches)) {
      return executor.round(
          new RoundRequest(
              1, 0, 1, work, new RoundScores(1, nothing), ScoreProgress.NONE, projection));
    }
  }

  private static void assertAgrees(GoldenModel model, RoundResult result, String golden) {
    ParameterLayout layout = model.spec().layout();
    float[] theta = model.theta().clone();
    result.trained().scatter(layout, theta, result.values());
    float[] expected = GoldenModel.values(model.name() + "/" + golden + ".safetensors", layout);
    double rate = config(model).training().learningRate();
    GoldenTrainingTest.assertAgrees(model, result.trained(), theta, expected, rate);
  }

  @ParameterizedTest
  @CsvSource({"bert, 1", "bert, 2", "roberta, 1", "roberta, 4"})
  void aDenseRoundTrainsToPyTorchsParameters(String name, int microBatches) {
    GoldenModel model = GoldenModel.read(name);
    RoundResult result = round(model, microBatches, distances -> dense(model, config(model)));
    assertAgrees(model, result, "child-dense");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta"})
  void aProjectionLeavesPyTorchsParameters(String name) {
    GoldenModel model = GoldenModel.read(name);
    ParameterLayout layout = model.spec().layout();
    RunConfig config = config(model);
    Mask golden =
        GoldenTrainingTest.mask(model, config)
            .withWhole(layout, Methods.headTensors(layout, config.method()));
    assertAgrees(model, round(model, 1, distances -> golden), "child-projected");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta"})
  void aProjectionKeepsThePositionsThatPyTorchKeeps(String name) {
    GoldenModel model = GoldenModel.read(name);
    ParameterLayout layout = model.spec().layout();
    RunConfig config = config(model);
    Mask dense = dense(model, config);
    float[] base = dense.gather(layout, model.theta());
    float[] golden =
        dense.gather(layout, GoldenModel.values(name + "/child-dense.safetensors", layout));
    RoundScores rule = new RoundScores(1, Mask.none(layout));
    PlainTraining plain = new PlainTraining(OptimizerRecipe.of(config.training()));
    List<ScoreSlice> scores =
        StateSlice.places(dense).stream()
            .map(place -> StateSlice.cut(place, dense, new float[][] {golden}, base))
            .map(slice -> rule.blended(plain, slice, Optional.empty()))
            .toList();
    MaskProblem problem = new MaskProblem(layout, config.method(), 1);
    Mask kept = config.method().method().project(problem, 0, new LocalScores(scores::stream));
    Mask expected = GoldenTrainingTest.mask(model, config);
    assertThat(kept.size()).isEqualTo(expected.size()).isPositive();
    for (int t : problem.scope().tensors()) {
      GoldenMaskTest.agree(
          GoldenMaskTest.positions(kept, layout, t),
          GoldenMaskTest.positions(expected, layout, t),
          distances(layout, dense, golden, base, t),
          layout.tensor(t).name());
    }
  }

  /** The whole way: only positions whose distance is as good as the k-th's may be others. */
  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta"})
  void theRoundsOfATrainingEndInPyTorchsMask(String name) {
    GoldenModel model = GoldenModel.read(name);
    ParameterLayout layout = model.spec().layout();
    RunConfig config = config(model);
    Mask dense = dense(model, config);
    float[] base = dense.gather(layout, model.theta());
    float[] golden =
        dense.gather(layout, GoldenModel.values(name + "/child-dense.safetensors", layout));
    Mask expected = GoldenTrainingTest.mask(model, config);
    Mask kept;
    try (GoldenExecutor executor = new GoldenExecutor(model, Mask.none(layout), 1)) {
      TrainingPlan plan = TrainingPlan.of(config, executor.trainExamples());
      long[] sequence = {0};
      SparseSteps sparse =
          new SparseSteps(
              config.training(), plan, executor, TrainingListener.NONE, () -> ++sequence[0]);
      RoundsPhase.State state =
          new RoundsPhase(
                  layout,
                  config,
                  plan,
                  executor,
                  TrainingListener.NONE,
                  sparse,
                  () -> ++sequence[0])
              .run();
      kept = state.mask();
      assertThat(state.trained().trained())
          .isEqualTo(kept.withWhole(layout, Methods.headTensors(layout, config.method())));
      assertThat(state.step()).isEqualTo(plan.rounds().orElseThrow().steps());
    }
    for (int t = 0; t < layout.tensorCount(); t++) {
      if (layout.tensor(t).part() == Part.ENCODER
          && !layout.tensor(t).name().endsWith("attention.self.key.bias")) {
        float[] distances = distances(layout, dense, golden, base, t);
        int[] right = GoldenMaskTest.positions(expected, layout, t);
        int[] chosen = GoldenMaskTest.positions(kept, layout, t);
        assertThat(chosen).hasSameSizeAs(right);
        double kth = Double.POSITIVE_INFINITY;
        Set<Integer> different = new HashSet<>();
        for (int position : right) {
          kth = Math.min(kth, distances[position]);
          different.add(position);
        }
        for (int position : chosen) {
          if (!different.remove(position)) {
            assertThat(distances[position])
                .as("%s[%d]", layout.tensor(t).name(), position)
                .isGreaterThanOrEqualTo((float) (kth - 2 * TOLERANCE));
          }
        }
      }
    }
  }

  private static float[] distances(
      ParameterLayout layout, Mask dense, float[] trained, float[] base, int tensor) {
    float[] distances = new float[layout.tensor(tensor).size()];
    for (int i = 0; i < distances.length; i++) {
      int at = dense.firstOrdinal(tensor) + i;
      distances[i] = Math.abs(trained[at] - base[at]);
    }
    return distances;
  }
}
