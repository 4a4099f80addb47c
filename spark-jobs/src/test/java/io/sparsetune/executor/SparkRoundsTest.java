package io.sparsetune.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.config.RunConfig;
import io.sparsetune.dense.DenseTrainer;
import io.sparsetune.dense.DenseTraining;
import io.sparsetune.mask.Mask;
import io.sparsetune.mask.ScoreSource;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.optim.TrainedState;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.progress.RoundBytes;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.state.StateReader;
import io.sparsetune.state.StateWriter;
import io.sparsetune.sums.GradientSum;
import io.sparsetune.task.Predictions;
import io.sparsetune.testing.SharedSession;
import io.sparsetune.train.EvaluationRequest;
import io.sparsetune.train.RoundRequest;
import io.sparsetune.train.RoundResult;
import io.sparsetune.train.RoundsContract;
import io.sparsetune.train.ScoresRequest;
import io.sparsetune.train.StepExecutor;
import io.sparsetune.train.StepRequest;
import io.sparsetune.train.TinyTask;
import io.sparsetune.train.TrainingLoop;
import io.sparsetune.train.TrainingResult;
import io.sparsetune.work.RoundWork;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rounds in Spark's tasks. */
class SparkRoundsTest extends RoundsContract {
  private static final RunConfig CHILD = child("method.rounds=3");
  private static final AtomicInteger ENDS = new AtomicInteger();

  @TempDir private Path folder;

  @BeforeEach
  void writeModel() throws IOException {
    TinyModel.write(folder);
  }

  private static RunConfig child(String key) {
    return TinyTask.config(
        "method.name=child", "method.workers=2", "method.momentum=0.3", "method.rounds=3", key);
  }

  @Override
  protected StepExecutor open(RunConfig config) {
    return SparkStepExecutorTest.open(folder, config, 3, Long.MAX_VALUE);
  }

  private static TrainingResult train(RunConfig config, StepExecutor executor) {
    return new TrainingLoop(TinyTask.spec().layout(), config, executor, TrainingListener.NONE)
        .run();
  }

  private static void assertAsWithoutSpark(TrainingResult result) {
    try (StepExecutor local = TinyTask.executor(CHILD, 1)) {
      TrainingResult expected = train(CHILD, local);
      assertThat(result.trained()).isEqualTo(expected.trained());
      assertThat(result.values()).isEqualTo(expected.values());
      assertThat(result.rounds()).isEqualTo(expected.rounds()).hasSize(3);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void partitionsOfTheDataTouchNoBit(int partitions) {
    try (StepExecutor spark =
        SparkStepExecutorTest.open(folder, CHILD, partitions, Long.MAX_VALUE)) {
      assertAsWithoutSpark(train(CHILD, spark));
    }
  }

  @ParameterizedTest
  @CsvSource({"keep, 3", "reset, 1"})
  void bytesOfRoundsAreThoseOfTheWorkersStatesAndLittleElse(String moments, int arrays) {
    RunConfig config = child("method.optimizer_at_mask_change=" + moments);
    try (StepExecutor spark = open(config)) {
      TrainingResult result = train(config, spark);
      RoundBytes moved = result.bytesMoved().orElseThrow().rounds();
      MaskProblem problem = new MaskProblem(TinyTask.spec().layout(), config.method(), 1);
      long dense = problem.scope().size() + result.selection().head();
      // θ, and two moments if they are kept, of each of two workers, and θ⁰ once.
      long state = 3 * 4 * dense * (2 * arrays + 1);
      assertThat(moved.rounds()).isEqualTo(3);
      assertThat(moved.shuffled()).isBetween(state * 3 / 4, state * 5 / 4 + 100_000);
      assertThat(moved.up()).isPositive();
      assertThat(moved.down()).isPositive();
    }
  }

  @Test
  void workersThatFailWhenTheirWorkIsDoneChangeNothing() {
    ENDS.set(0);
    try (StepExecutor executor =
        new Changing(
            open(CHILD),
            request ->
                with(
                    request,
                    new RoundWork(
                        request.work().steps(),
                        new Failing(request.work().training()),
                        request.work().dense(),
                        request.work().start(),
                        request.work().keepsMoments()),
                    request.projection()))) {
      assertAsWithoutSpark(train(CHILD, executor));
    }
    // Three rounds of two workers, and those that failed.
    assertThat(ENDS.get()).isEqualTo(6 + 2);
  }

  /** Workers number 1 and 4 that come to the end of a round fail there. */
  private record Failing(DenseTraining training) implements DenseTraining {
    @Override
    public int arrays() {
      return training.arrays();
    }

    @Override
    public DenseTrainer trainer(
        ParameterLayout layout, Mask dense, float[] base, TrainedState start) {
      DenseTrainer trainer = training.trainer(layout, dense, base, start);
      return new DenseTrainer() {
        @Override
        public float[] values(long step) {
          return trainer.values(step);
        }

        @Override
        public void step(long step, GradientSum gradient, double clip, double learningRate) {
          trainer.step(step, gradient, clip, learningRate);
        }

        @Override
        public float[][] state() {
          int end = ENDS.incrementAndGet();
          if (end == 1 || end == 4) {
            throw new IllegalStateException("A failure made by the test");
          }
          return trainer.state();
        }

        @Override
        public void save(StateWriter out) throws IOException {
          trainer.save(out);
        }

        @Override
        public void restore(StateReader in) {
          trainer.restore(in);
        }
      };
    }
  }

  /** What executors kept between jobs is gone, as when they are lost. */
  @Test
  void whatIsLostBetweenJobsIsComputedAnew() {
    try (StepExecutor executor =
        new Changing(
            open(CHILD),
            request ->
                with(
                    request,
                    request.work(),
                    distances -> {
                      forget();
                      return request.projection().apply(distances);
                    }))) {
      assertAsWithoutSpark(train(CHILD, executor));
    }
  }

  @Test
  void aProjectionThatFailsLeavesNothingOnTheExecutors() {
    StepExecutor spark = open(CHILD);
    Set<Integer> before = kept();
    try (StepExecutor executor =
        new Changing(
            spark,
            request ->
                with(
                    request,
                    request.work(),
                    distances -> {
                      Mask mask = request.projection().apply(distances);
                      if (request.round() == 1) {
                        throw new IllegalStateException("A failure made by the test");
                      }
                      return mask;
                    }))) {
      assertThatThrownBy(() -> train(CHILD, executor)).hasMessage("A failure made by the test");
    }
    assertThat(before).containsAll(kept());
  }

  private static Set<Integer> kept() {
    return JavaSparkContext.fromSparkContext(SharedSession.get().sparkContext())
        .getPersistentRDDs()
        .keySet();
  }

  private static void forget() {
    JavaSparkContext.fromSparkContext(SharedSession.get().sparkContext())
        .getPersistentRDDs()
        .values()
        .forEach(rdd -> rdd.unpersist(true));
  }

  private static RoundRequest with(
      RoundRequest request, RoundWork work, Function<ScoreSource, Mask> projection) {
    return new RoundRequest(
        request.sequence(),
        request.round(),
        request.workers(),
        work,
        request.scores(),
        request.progress(),
        projection,
        request.head());
  }

  /** Asks another executor, for rounds that are changed. */
  private record Changing(StepExecutor executor, UnaryOperator<RoundRequest> change)
      implements StepExecutor {
    @Override
    public long trainExamples() {
      return executor.trainExamples();
    }

    @Override
    public float[] initialValues(Mask mask) {
      return executor.initialValues(mask);
    }

    @Override
    public <T> T withScores(ScoresRequest request, Function<ScoreSource, T> use) {
      return executor.withScores(request, use);
    }

    @Override
    public GradientSum step(StepRequest request) {
      return executor.step(request);
    }

    @Override
    public RoundResult round(RoundRequest request) {
      return executor.round(change.apply(request));
    }

    @Override
    public Predictions evaluate(EvaluationRequest request) {
      return executor.evaluate(request);
    }

    @Override
    public void close() {
      executor.close();
    }
  }
}
