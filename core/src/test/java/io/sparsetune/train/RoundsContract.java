package io.sparsetune.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.batch.Shard;
import io.sparsetune.config.RunConfig;
import io.sparsetune.config.TrainingConfig;
import io.sparsetune.dense.PlainTraining;
import io.sparsetune.dense.RoundScores;
import io.sparsetune.engine.EngineHome;
import io.sparsetune.engine.PrivateEngine;
import io.sparsetune.error.DivergedException;
import io.sparsetune.local.LocalData;
import io.sparsetune.mask.Mask;
import io.sparsetune.mask.ScoreSource;
import io.sparsetune.method.StepTransform;
import io.sparsetune.optim.LearningRate;
import io.sparsetune.optim.OptimizerRecipe;
import io.sparsetune.optim.SparseOptimizer;
import io.sparsetune.optim.TrainedState;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.progress.ScoreProgress;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.progress.TrainingPlan;
import io.sparsetune.store.WorkerStore;
import io.sparsetune.sums.GradientSum;
import io.sparsetune.sums.NotFiniteException;
import io.sparsetune.work.DenseSteps;
import io.sparsetune.work.LocalThreads;
import io.sparsetune.work.RoundStep;
import io.sparsetune.work.RoundWork;
import io.sparsetune.work.WorkerState;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link StepExecutor} does in a dense round. */
public abstract class RoundsContract {
  private static final int STEPS = 4;

  /** The second epoch: one of its micro-batches is short. */
  private static final int FIRST = 4;

  private static final ParameterLayout LAYOUT = TinyTask.spec().layout();

  /** An executor for {@link TinyTask}'s model and data. */
  protected abstract StepExecutor open(RunConfig config);

  private static RunConfig config(String... keyValues) {
    return TinyTask.config(keyValues);
  }

  private static Mask whole(Part... parts) {
    List<Part> wanted = List.of(parts);
    return Mask.none(LAYOUT)
        .withWhole(
            LAYOUT,
            IntStream.range(0, LAYOUT.tensorCount())
                .filter(t -> wanted.contains(LAYOUT.tensor(t).part()))
                .boxed()
                .toList());
  }

  private static Mask dense() {
    return whole(Part.ENCODER, Part.HEAD);
  }

  private static RoundWork work(TrainingConfig training, TrainedState start) {
    LearningRate rate = training.learningRate(32);
    return new RoundWork(
        new DenseSteps(FIRST, STEPS, 0, rate, training.maxGradNorm().orElseThrow()),
        new PlainTraining(training.optimizer()),
        dense(),
        start,
        true);
  }

  private static TrainedState atBase(TrainingConfig training) {
    return new TrainedState(Mask.none(LAYOUT), new float[0], training.optimizer().initial(0));
  }

  private static RoundRequest request(
      RunConfig config, int workers, TrainedState start, Function<ScoreSource, Mask> projection) {
    return new RoundRequest(
        7,
        0,
        workers,
        work(config.training(), start),
        new RoundScores(1, Mask.none(LAYOUT)),
        ScoreProgress.NONE,
        projection,
        List.of());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "method.name=child",
        "method.name=child;method.workers=2;method.momentum=0.3;method.rounds=3",
        "method.name=child;method.project_every=3 steps;method.optimizer_at_mask_change=reset",
        "method.name=child;method.head_in_budget=true;method.rounds=1;training.optimizer=sgd",
        "method.name=mixout;method.workers=4;method.scope=global",
        "method.name=lottery_ticket;method.iterations=2;method.workers=2"
      })
  void trainsToTheSameBitsAsTheLocalExecutor(String method) {
    RunConfig config = config((method + ";training.eval_steps=7").split(";"));
    TrainingResult expected;
    try (StepExecutor local = TinyTask.executor(config, 1)) {
      expected = new TrainingLoop(LAYOUT, config, local, TrainingListener.NONE).run();
    }
    try (StepExecutor executor = open(config)) {
      TrainingResult result =
          new TrainingLoop(LAYOUT, config, executor, TrainingListener.NONE).run();
      assertThat(result.trained()).isEqualTo(expected.trained());
      assertThat(result.values()).isEqualTo(expected.values());
      assertThat(result.evaluations()).isEqualTo(expected.evaluations()).isNotEmpty();
      assertThat(result.steps()).isEqualTo(expected.steps()).isGreaterThanOrEqualTo(32);
    }
  }

  @Test
  void oneWorkerTakesTheStepsOfASparseTrainingOfEverything() {
    RunConfig config = config("method.name=child");
    TrainingConfig training = config.training();
    Mask dense = dense();
    OptimizerRecipe recipe = training.optimizer();
    try (StepExecutor executor = open(config)) {
      RoundResult result = executor.round(request(config, 1, atBase(training), distances -> dense));
      SparseSteps sparse =
          new SparseSteps(
              training,
              TrainingPlan.of(config, executor.trainExamples()),
              executor,
              TrainingListener.NONE,
              StateKeeper.NONE,
              new AtomicLong(7)::incrementAndGet);
      SparseOptimizer optimizer = recipe.start(LAYOUT, dense);
      LearningRate rate = training.learningRate(32);
      TrainingState state =
          TrainingState.at(
              dense,
              new TrainedState(dense, executor.initialValues(dense), optimizer.state()),
              FIRST,
              List.of());
      while (state.step() < FIRST + STEPS) {
        state =
            sparse.step(
                state,
                optimizer,
                rate.at(state.step()),
                StepTransform.NONE,
                UnaryOperator.identity());
      }
      assertThat(result.values()).isEqualTo(state.current().values());
      assertThat(result.moments()).isDeepEqualTo(optimizer.state().moments());
    }
  }

  @Test
  void workersMeetInTheMeanByExamples() {
    RunConfig config = config("method.name=child");
    int workers = 2;
    LocalData data = TinyTask.data(config);
    RoundWork work = work(config.training(), atBase(config.training()));
    float[][][] states = new float[workers][][];
    long[] examples = new long[workers];
    try (LocalThreads threads = new LocalThreads(1)) {
      for (int w = 0; w < workers; w++) {
        List<Shard> own = new ArrayList<>();
        for (int s = w; s < data.train().size(); s += workers) {
          own.add(data.train().get(s));
        }
        try (PrivateEngine engine = EngineHome.get().borrow("by hand", TinyTask::engine)) {
          WorkerState done =
              work.run(w, engine, data.plan(), own, threads, WorkerStore.NONE, n -> {});
          states[w] = done.state();
          examples[w] = done.steps().examples();
        }
      }
    }
    assertThat(examples[0]).isNotEqualTo(examples[1]);
    assertThat(states[0][0]).isNotEqualTo(states[1][0]);
    try (StepExecutor executor = open(config)) {
      RoundResult result =
          executor.round(request(config, workers, atBase(config.training()), d -> dense()));
      float[][] means = {result.values(), result.moments()[0], result.moments()[1]};
      for (int a = 0; a < 3; a++) {
        for (int i = 0; i < dense().size(); i++) {
          double sum =
              (double) examples[0] * states[0][a][i] + (double) examples[1] * states[1][a][i];
          assertThat(means[a][i]).isEqualTo((float) (sum / (examples[0] + examples[1])));
        }
      }
      assertThat(result.steps()).hasSize(STEPS);
      assertThat(result.steps().stream().mapToLong(RoundStep::examples).sum())
          .isEqualTo(examples[0] + examples[1]);
    }
  }

  @Test
  void momentsThatNobodyAsksForStayWithTheWorkers() {
    RunConfig config = config("method.name=child");
    RoundRequest asked = request(config, 2, atBase(config.training()), distances -> dense());
    RoundWork work = asked.work();
    RoundRequest unasked =
        new RoundRequest(
            asked.sequence(),
            asked.round(),
            asked.workers(),
            new RoundWork(work.steps(), work.training(), work.dense(), work.start(), false),
            asked.scores(),
            asked.progress(),
            asked.projection(),
            asked.head());
    try (StepExecutor executor = open(config)) {
      RoundResult with = executor.round(asked);
      RoundResult without = executor.round(unasked);
      assertThat(with.moments()).hasDimensions(2, dense().size());
      assertThat(without.moments()).isEmpty();
      assertThat(without.values()).isEqualTo(with.values());
    }
  }

  /** Rounds of a mask that holds everything change nothing: not the values, not the moments. */
  @Test
  void withEverythingKeptATrainingIsFullTuning() {
    String[] same = {"method.sparsity=null", "training.load_best_model_at_end=false"};
    RunConfig full = config("method.name=full", "method.include=encoder.layer.*", same[0], same[1]);
    RunConfig child = config("method.name=child", "method.rounds=3", "method.sparsity=1", same[1]);
    TrainingResult expected;
    try (StepExecutor local = TinyTask.executor(full, 1)) {
      expected = new TrainingLoop(LAYOUT, full, local, TrainingListener.NONE).run();
    }
    try (StepExecutor executor = open(child)) {
      TrainingResult result =
          new TrainingLoop(LAYOUT, child, executor, TrainingListener.NONE).run();
      assertThat(result.trained()).isEqualTo(expected.trained());
      assertThat(result.values()).isEqualTo(expected.values());
    }
  }

  @Test
  void whatIsReleasedIsBackAtTheBase() {
    RunConfig config = config("method.name=child");
    Mask everything = whole(Part.EMBEDDINGS, Part.ENCODER, Part.HEAD);
    Mask some = new Mask.Builder(LAYOUT).positions(5, new int[] {3, 9}).build();
    float[] base = TinyTask.theta();
    GradientSum expected;
    try (StepExecutor local = TinyTask.executor(config, 1)) {
      expected = local.step(new StepRequest(1, 0, everything, base));
    }
    try (StepExecutor executor = open(config)) {
      TrainedState start = atBase(config.training());
      RoundResult first = executor.round(request(config, 2, start, distances -> some));
      assertThat(first.values()).hasSize(2);
      assertThat(executor.initialValues(everything)).isEqualTo(base);
      // A second round from the base goes the same way: nothing of the first is left.
      RoundResult again = executor.round(request(config, 2, start, distances -> some));
      assertThat(again.values()).isEqualTo(first.values());
      GradientSum sum = executor.step(new StepRequest(8, 0, everything, base));
      assertThat(sum).usingRecursiveComparison().isEqualTo(expected);
    }
  }

  @Test
  void aRoundGoesOnFromWhatStandsOffTheBase() {
    RunConfig config = config("method.name=child");
    Mask some = new Mask.Builder(LAYOUT).positions(5, new int[] {3, 9}).build();
    float[] moved = {0.5f, -0.25f};
    OptimizerRecipe recipe = config.training().optimizer();
    TrainedState start = new TrainedState(some, moved, recipe.initial(2));
    try (StepExecutor executor = open(config)) {
      RoundResult result = executor.round(request(config, 1, start, distances -> some));
      // Four small steps do not lead far.
      assertThat(result.values()[0]).isBetween(0.4f, 0.6f).isNotEqualTo(0.5f);
      assertThat(result.values()[1]).isBetween(-0.35f, -0.15f).isNotEqualTo(-0.25f);
    }
  }

  @Test
  void aRoundThatDivergesSaysAtWhichStep() {
    RunConfig config = config("method.name=child");
    Mask some = new Mask.Builder(LAYOUT).positions(5, new int[] {3}).build();
    OptimizerRecipe recipe = config.training().optimizer();
    TrainedState start = new TrainedState(some, new float[] {Float.NaN}, recipe.initial(1));
    try (StepExecutor executor = open(config)) {
      assertThatThrownBy(() -> executor.round(request(config, 2, start, distances -> some)))
          .isInstanceOf(NotFiniteException.class)
          .hasMessageStartingWith("at step 5: ")
          .hasMessageContaining("NaN")
          .extracting(e -> ((NotFiniteException) e).step())
          .isEqualTo(OptionalInt.of(5));
    }
  }

  @Test
  void aRoundWhoseLastStepDivergesSaysSo() {
    // Without a warm-up: the only step of the round leads beyond what a float holds.
    RunConfig config =
        config(
            "method.name=mixout",
            "method.rounds=1",
            "method.project_every=1 step",
            "training.learning_rate=1e39",
            "training.warmup_ratio=0");
    try (StepExecutor executor = open(config)) {
      assertThatThrownBy(
              () -> new TrainingLoop(LAYOUT, config, executor, TrainingListener.NONE).run())
          .isInstanceOf(DivergedException.class)
          .hasMessageMatching(
              "Training diverged in round 1 of 1: after step 1 a trained parameter is"
                  + " -?(Infinity|NaN); a lower training\\.learning_rate or more"
                  + " training\\.warmup_ratio may help");
    }
  }
}
