package io.sparsetune.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparsetune.config.RunConfig;
import io.sparsetune.config.TrainingConfig;
import io.sparsetune.dense.PlainTraining;
import io.sparsetune.dense.RoundScores;
import io.sparsetune.dense.StateSlice;
import io.sparsetune.mask.LocalScores;
import io.sparsetune.mask.Mask;
import io.sparsetune.mask.ScoreSlice;
import io.sparsetune.mask.ScoreSource;
import io.sparsetune.method.Evidence;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.method.Methods;
import io.sparsetune.optim.OptimizerRecipe;
import io.sparsetune.optim.TrainedState;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.progress.ScoreProgress;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.progress.TrainingPlan;
import io.sparsetune.testing.GoldenModel;
import io.sparsetune.work.DenseSteps;
import io.sparsetune.work.RoundWork;
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

  /** A golden model, and ChildPruning of one round as its recipe has it. */
  private record Setup(GoldenModel model, ParameterLayout layout, RunConfig config) {

    static Setup of(String name) {
      GoldenModel model = GoldenModel.read(name);
      JsonNode recipe = model.recipe();
      RunConfig config =
          GoldenTrainingTest.config(
              recipe,
              "child",
              "method.rounds=1",
              "method.project_every=" + recipe.required("round_steps") + " steps",
              "method.sparsity=" + recipe.required("p"));
      return new Setup(model, model.spec().layout(), config);
    }

    MaskProblem problem() {
      return new MaskProblem(layout, config.method(), 1);
    }

    Mask withHead(Mask mask) {
      return mask.withWhole(layout, Methods.headTensors(layout, config.method()));
    }

    /** Encoder and head. */
    Mask dense() {
      return withHead(Mask.none(layout).withWhole(layout, problem().scope().tensors()));
    }

    /** θ⁰ of what is dense. */
    float[] base() {
      return dense().gather(layout, model.theta());
    }

    /** What PyTorch's round made of it. */
    float[] golden() {
      String file = model.name() + "/child-dense.safetensors";
      return dense().gather(layout, GoldenModel.values(file, layout));
    }

    /** The mask that PyTorch projected on. */
    Mask expected() {
      return GoldenTrainingTest.mask(model, config);
    }

    /** How far PyTorch's round moved a tensor. */
    float[] distances(int tensor) {
      float[] golden = golden();
      float[] base = base();
      int first = dense().firstOrdinal(tensor);
      float[] distances = new float[layout.tensor(tensor).size()];
      for (int i = 0; i < distances.length; i++) {
        distances[i] = Math.abs(golden[first + i] - base[first + i]);
      }
      return distances;
    }

    RoundResult round(int microBatches, Function<ScoreSource, Mask> projection) {
      TrainingConfig training = config.training();
      OptimizerRecipe optimizer = training.optimizer();
      Mask nothing = Mask.none(layout);
      DenseSteps steps =
          new DenseSteps(
              0,
              model.recipe().required("round_steps").asInt(),
              0,
              training.learningRate(training.maxSteps().orElseThrow()),
              training.maxGradNorm().orElseThrow());
      RoundWork work =
          new RoundWork(
              steps,
              new PlainTraining(optimizer),
              dense(),
              new TrainedState(nothing, new float[0], optimizer.initial(0)),
              true);
      try (GoldenExecutor executor = new GoldenExecutor(model, nothing, microBatches)) {
        return executor.round(
            new RoundRequest(
                1,
                0,
                1,
                work,
                new RoundScores(1, nothing),
                ScoreProgress.NONE,
                projection,
                List.of()));
      }
    }

    void assertAgrees(RoundResult result, String file) {
      float[] theta = model.theta().clone();
      result.trained().scatter(layout, theta, result.values());
      float[] expected = GoldenModel.values(model.name() + "/" + file + ".safetensors", layout);
      double rate = config.training().learningRate();
      GoldenTrainingTest.assertAgrees(model, result.trained(), theta, expected, rate);
    }
  }

  @ParameterizedTest
  @CsvSource({"bert, 1", "bert, 2", "roberta, 1", "roberta, 4"})
  void aDenseRoundTrainsToPyTorchsParameters(String name, int microBatches) {
    Setup setup = Setup.of(name);
    setup.assertAgrees(setup.round(microBatches, distances -> setup.dense()), "child-dense");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta"})
  void aProjectionLeavesPyTorchsParameters(String name) {
    Setup setup = Setup.of(name);
    Mask golden = setup.withHead(setup.expected());
    setup.assertAgrees(setup.round(1, distances -> golden), "child-projected");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta"})
  void aProjectionKeepsThePositionsThatPyTorchKeeps(String name) {
    Setup setup = Setup.of(name);
    ParameterLayout layout = setup.layout();
    RunConfig config = setup.config();
    Mask dense = setup.dense();
    float[][] golden = {setup.golden()};
    float[] base = setup.base();
    RoundScores rule = new RoundScores(1, Mask.none(layout));
    PlainTraining plain = new PlainTraining(config.training().optimizer());
    List<ScoreSlice> scores =
        StateSlice.places(dense).stream()
            .map(place -> StateSlice.cut(place, dense, golden, base))
            .map(slice -> rule.blended(plain, slice, Optional.empty()))
            .toList();
    MaskProblem problem = setup.problem();
    Evidence.DenseRounds evidence =
        (Evidence.DenseRounds) config.method().method().evidence(problem);
    Mask kept = evidence.projection().mask(0, new LocalScores(scores::stream));
    Mask expected = setup.expected();
    assertThat(kept.size()).isEqualTo(expected.size()).isPositive();
    for (int t : problem.scope().tensors()) {
      GoldenMaskTest.agree(
          GoldenMaskTest.positions(kept, layout, t),
          GoldenMaskTest.positions(expected, layout, t),
          setup.distances(t),
          layout.tensor(t).name());
    }
  }

  /** The whole way: only positions whose distance is as good as the k-th's may be others. */
  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta"})
  void theRoundsOfATrainingEndInPyTorchsMask(String name) {
    Setup setup = Setup.of(name);
    ParameterLayout layout = setup.layout();
    RunConfig config = setup.config();
    Mask expected = setup.expected();
    Mask kept;
    try (GoldenExecutor executor = new GoldenExecutor(setup.model(), Mask.none(layout), 1)) {
      TrainingPlan plan = TrainingPlan.of(config, executor.trainExamples());
      long[] sequence = {0};
      SparseSteps sparse =
          new SparseSteps(
              config.training(),
              plan,
              executor,
              TrainingListener.NONE,
              StateKeeper.NONE,
              () -> ++sequence[0]);
      TrainingState state =
          new RoundsPhase(
                  setup.problem(),
                  config.training(),
                  plan,
                  executor,
                  TrainingListener.NONE,
                  StateKeeper.NONE,
                  sparse,
                  () -> ++sequence[0])
              .run(Optional.empty());
      kept = state.mask();
      assertThat(state.trained()).isEqualTo(setup.withHead(kept));
      assertThat(state.step()).isEqualTo(plan.rounds().orElseThrow().steps());
    }
    for (int t = 0; t < layout.tensorCount(); t++) {
      if (layout.tensor(t).part() == Part.ENCODER
          && !layout.tensor(t).name().endsWith("attention.self.key.bias")) {
        float[] distances = setup.distances(t);
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
}
