package io.sparsetune.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparsetune.batch.MicroBatch;
import io.sparsetune.batch.Shard;
import io.sparsetune.config.RunConfig;
import io.sparsetune.engine.Engine;
import io.sparsetune.engine.EngineHome;
import io.sparsetune.engine.EngineWorker;
import io.sparsetune.error.DivergedException;
import io.sparsetune.mask.Mask;
import io.sparsetune.optim.GradientClip;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.progress.StepReport;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.sums.GradientSum;
import io.sparsetune.sums.NotFiniteException;
import io.sparsetune.train.EvaluationRequest;
import io.sparsetune.train.MaskChoice;
import io.sparsetune.train.StepExecutor;
import io.sparsetune.train.StepExecutorContract;
import io.sparsetune.train.StepRequest;
import io.sparsetune.train.TinyTask;
import io.sparsetune.train.TrainingLoop;
import io.sparsetune.train.TrainingResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Three threads against one, and what one does. */
class LocalStepExecutorTest extends StepExecutorContract {
  private final ParameterLayout layout = TinyTask.spec().layout();

  @Override
  protected StepExecutor open(RunConfig config) {
    return TinyTask.executor(config, 3);
  }

  @ParameterizedTest
  @ValueSource(strings = {RANDOM, "method.name=sam"})
  void theLossFallsAndTheTaskIsLearnt(String method) {
    RunConfig config =
        TinyTask.config(method, "training.num_train_epochs=30", "method.sparsity=0.1");
    List<Double> losses = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void stepDone(StepReport report) {
            losses.add(report.loss());
          }
        };
    try (StepExecutor executor = open(config)) {
      TrainingResult result = new TrainingLoop(layout, config, executor, listener).run();
      assertThat(losses).hasSize(result.steps());
      double first = losses.subList(0, 8).stream().mapToDouble(d -> d).average().orElseThrow();
      double last =
          losses.subList(losses.size() - 8, losses.size()).stream()
              .mapToDouble(d -> d)
              .average()
              .orElseThrow();
      assertThat(last).isLessThan(0.5 * first);
      assertThat(result.kept().orElseThrow().value()).isGreaterThan(0.7);
    }
  }

  /** The released code's scores: a batch's gradient by the step's own path, clipped, added up. */
  @Test
  void aClippedScoreRoundSumsEachBatchsClippedMeanGradient() {
    int steps = 4;
    double clip = 1.0;
    RunConfig config =
        TinyTask.config(
            "method.name=sam", "method.scoring_clip=" + clip, "method.score_steps=" + steps);
    LocalData data = TinyTask.data(config);
    Mask everything =
        Mask.none(layout)
            .withWhole(layout, IntStream.range(0, layout.tensorCount()).boxed().toList());
    Engine engine = TinyTask.engine();
    engine.install(everything, TinyTask.theta());
    EngineWorker worker = engine.newWorker();
    double[] scores = new double[layout.size()];
    int clipped = 0;
    for (int step = 0; step < steps; step++) {
      GradientSum batch = new GradientSum(layout.size());
      for (Shard shard : data.train()) {
        MicroBatch part = shard.gather(data.plan().microBatch(shard, step));
        worker.gradient(part, EngineWorker.NO_DROPOUT, batch);
      }
      double norm = GradientClip.norm(batch);
      double factor = Math.min(1, clip / (norm + 1e-6));
      clipped += factor < 1 ? 1 : 0;
      for (int i = 0; i < scores.length; i++) {
        scores[i] += factor * batch.sum(i) / batch.examples();
      }
    }
    assertThat(clipped).isBetween(1, steps - 1);

    try (StepExecutor executor = open(config)) {
      Mask mask = TinyTask.mask(executor, config);
      for (int t = 0; t < layout.tensorCount(); t++) {
        // The gradient of the attention key's bias is rounding noise.
        if (mask.count(t) > 0 && !layout.tensor(t).name().endsWith("key.bias")) {
          int offset = layout.offset(t);
          int[] best =
              IntStream.range(0, layout.tensor(t).size())
                  .boxed()
                  .sorted(Comparator.comparingDouble(i -> -Math.abs(scores[offset + i])))
                  .limit(mask.count(t))
                  .mapToInt(i -> i)
                  .sorted()
                  .toArray();
          assertThat(mask.positions(t)).as(layout.tensor(t).name()).isEqualTo(best);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"name=sam", "name=sam method.scoring_clip=1", "name=fisher method.samples=30"})
  void tellsHowFarAScoreRoundIs(String method) {
    RunConfig config = TinyTask.config(("method." + method).split(" "));
    List<Long> scored = new ArrayList<>();
    List<Long> of = new ArrayList<>();
    try (StepExecutor executor = TinyTask.executor(config, 1)) {
      MaskChoice.atBase(
          TinyTask.problem(config),
          executor,
          1,
          (examples, all) -> {
            scored.add(examples);
            of.add(all);
          });
    }
    assertThat(scored).isSorted().last().isEqualTo(of.get(0));
    assertThat(of)
        .containsOnly(method.contains("samples") ? 2L * 30 : TinyTask.trainExamples().size());
  }

  @Test
  void aStepSumsOneMicroBatchOfEveryShard() {
    RunConfig config = TinyTask.config(RANDOM);
    LocalData data = TinyTask.data(config);
    try (StepExecutor executor = TinyTask.executor(config, 1)) {
      Mask mask = TinyTask.mask(executor, config);
      float[] values = executor.initialValues(mask);
      long examples = 0;
      for (int step = 0; step < data.plan().stepsPerEpoch(); step++) {
        GradientSum sum = executor.step(new StepRequest(2 + step, step, mask, values));
        assertThat(sum.examples()).isBetween(1L, 16L);
        examples += sum.examples();
      }
      assertThat(examples).isEqualTo(data.plan().examples());
    }
  }

  @Test
  void dropoutFollowsTheGlobalStep() {
    // An epoch is one step: both steps have all examples.
    RunConfig config =
        TinyTask.config(RANDOM, "training.batch_size=64", "training.micro_batch_size=16");
    assertThat(TinyTask.data(config).plan().stepsPerEpoch()).isEqualTo(1);
    try (StepExecutor executor = TinyTask.executor(config, 1)) {
      Mask mask = TinyTask.mask(executor, config);
      float[] values = executor.initialValues(mask);
      double loss = executor.step(new StepRequest(2, 0, mask, values)).meanLoss();
      double same = executor.step(new StepRequest(3, 0, mask, values)).meanLoss();
      double other = executor.step(new StepRequest(4, 1, mask, values)).meanLoss();
      assertThat(same).isEqualTo(loss);
      assertThat(other).isNotCloseTo(loss, within(1e-5));
    }
  }

  @Test
  void valuesThatAreNotFiniteEndInADivergedTraining() {
    RunConfig config = TinyTask.config(RANDOM);
    try (StepExecutor executor = open(config)) {
      Mask mask = TinyTask.mask(executor, config);
      float[] values = executor.initialValues(mask);
      Arrays.fill(values, Float.NaN);
      assertThatThrownBy(() -> executor.step(new StepRequest(2, 0, mask, values)))
          .isInstanceOf(NotFiniteException.class)
          .hasMessageContaining("NaN");
    }
    RunConfig wild =
        TinyTask.config(
            RANDOM,
            "training.learning_rate=1e30",
            "training.warmup_steps=0",
            "training.max_grad_norm=none",
            "training.optimizer=sgd");
    try (StepExecutor executor = open(wild)) {
      assertThatThrownBy(
              () -> new TrainingLoop(layout, wild, executor, TrainingListener.NONE).run())
          .isInstanceOf(DivergedException.class)
          .hasMessageStartingWith("Training diverged at step 2 of 32 (epoch 0.25): ");
    }
  }

  @Test
  void closingFreesTheEngine() {
    RunConfig config = TinyTask.config(RANDOM);
    int before = EngineHome.get().count();
    try (StepExecutor executor = open(config)) {
      executor.initialValues(Mask.none(layout));
      assertThat(EngineHome.get().count()).isEqualTo(before + 1);
    }
    assertThat(EngineHome.get().count()).isEqualTo(before);
  }

  @Test
  void anUnknownDataSetIsRefused() {
    RunConfig config = TinyTask.config(RANDOM);
    try (StepExecutor executor = open(config)) {
      assertThatThrownBy(
              () ->
                  executor.evaluate(
                      new EvaluationRequest(1, "test", Mask.none(layout), new float[0])))
          .hasMessage("Invalid data set: there is no test");
    }
  }
}
