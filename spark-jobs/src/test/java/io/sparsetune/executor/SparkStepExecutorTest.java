package io.sparsetune.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.batch.RowHash;
import io.sparsetune.batch.Shard;
import io.sparsetune.batch.ShardDealer;
import io.sparsetune.config.RunConfig;
import io.sparsetune.data.EvaluationData;
import io.sparsetune.data.RankedBlock;
import io.sparsetune.engine.EngineHome;
import io.sparsetune.mask.Mask;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.progress.BytesMoved;
import io.sparsetune.progress.TrainingPlan;
import io.sparsetune.store.RoundStore;
import io.sparsetune.sums.NotFiniteException;
import io.sparsetune.testing.SharedSession;
import io.sparsetune.train.EvaluationRequest;
import io.sparsetune.train.StepExecutor;
import io.sparsetune.train.StepExecutorContract;
import io.sparsetune.train.StepRequest;
import io.sparsetune.train.TinyTask;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Spark's tasks against one thread. */
class SparkStepExecutorTest extends StepExecutorContract {
  @TempDir private Path folder;

  @BeforeEach
  void writeModel() throws IOException {
    TinyModel.write(folder);
  }

  @Override
  protected StepExecutor open(RunConfig config) {
    return open(config, 3, Long.MAX_VALUE);
  }

  private StepExecutor open(RunConfig config, int partitions, long scoresAtOnce) {
    return open(folder, config, partitions, scoresAtOnce);
  }

  /**
   * An executor for the tiny task.
   *
   * @param folder of the model
   */
  static StepExecutor open(Path folder, RunConfig config, int partitions, long scoresAtOnce) {
    return open(folder, config, partitions, scoresAtOnce, RoundStore.NONE);
  }

  /** The same with a store. */
  static StepExecutor open(
      Path folder, RunConfig config, int partitions, long scoresAtOnce, RoundStore store) {
    JavaSparkContext context =
        JavaSparkContext.fromSparkContext(SharedSession.get().sparkContext());
    TrainingPlan plan = TrainingPlan.of(config, TinyTask.trainExamples().size());
    List<Shard> shards = ShardDealer.deal(TinyTask.trainExamples(), plan.epochs().shards());
    Shard all = ShardDealer.deal(TinyTask.validationExamples(), 1).get(0);
    List<RankedBlock> blocks = List.of(block(all, 13, 40), block(all, 0, 9), block(all, 9, 13));
    EvaluationData validation =
        new EvaluationData(
            "validation", context.parallelize(blocks, 2), all.size(), 0, 0, RowHash.ZERO);
    return new SparkStepExecutor(
        SharedSession.get(),
        ShippedModel.ship(SharedSession.get(), folder.toString()),
        TinyTask.spec(config),
        config.training().seed(),
        new SparkData(
            context.parallelize(shards, partitions).cache(),
            plan.epochs(),
            plan.steps(),
            Map.of("validation", validation),
            config.training().evalBatchSize(),
            scoresAtOnce),
        store);
  }

  private static RankedBlock block(Shard all, int from, int to) {
    int[] starts = new int[to - from + 1];
    for (int e = 0; e < starts.length; e++) {
      starts[e] = all.starts()[from + e] - all.starts()[from];
    }
    return new RankedBlock(
        from,
        new Shard(
            0,
            Arrays.copyOfRange(all.tokenIds(), all.starts()[from], all.starts()[to]),
            Arrays.copyOfRange(all.typeIds(), all.starts()[from], all.starts()[to]),
            starts,
            Arrays.copyOfRange(all.targets(), from, to)));
  }

  @Test
  void manyTasksMeetInATree() {
    RunConfig config =
        TinyTask.config(RANDOM, "training.batch_size=40", "training.micro_batch_size=2");
    StepRequest request;
    try (StepExecutor few = open(config, 1, Long.MAX_VALUE);
        StepExecutor many = open(config, 20, Long.MAX_VALUE)) {
      Mask mask = TinyTask.mask(few, config);
      assertThat(TinyTask.mask(many, config)).isEqualTo(mask);
      request = new StepRequest(2, 0, mask, few.initialValues(mask));
      assertThat(many.step(request)).usingRecursiveComparison().isEqualTo(few.step(request));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name=sam",
        "name=sam method.scope=global",
        "name=sam method.scoring_clip=0.05",
        "name=fisher"
      })
  void scoresThatDoNotFitAtOnceTakeMorePassesToTheSameMask(String method) {
    RunConfig config = TinyTask.config(("method." + method).split(" "));
    ParameterLayout layout = TinyTask.spec().layout();
    MaskProblem problem = new MaskProblem(layout, config.method(), 1);
    long third = problem.scope().size() / 3;
    assertThat(problem.goal().parts(layout, third)).hasSizeGreaterThan(2);
    try (StepExecutor whole = open(config, 2, Long.MAX_VALUE);
        StepExecutor parts = open(config, 2, third)) {
      assertThat(TinyTask.mask(parts, config)).isEqualTo(TinyTask.mask(whole, config));
    }
  }

  @Test
  void bytesOfAStepAreThoseOfTheFormulaAndALittle() {
    RunConfig config = TinyTask.config(RANDOM, "method.sparsity=0.5");
    try (StepExecutor executor = open(config, 2, Long.MAX_VALUE)) {
      Mask mask = TinyTask.mask(executor, config);
      float[] values = executor.initialValues(mask);
      for (int step = 0; step < 3; step++) {
        executor.evaluate(new EvaluationRequest(2 + 2 * step, "validation", mask, values));
        executor.step(new StepRequest(3 + 2 * step, step, mask, values));
      }
      BytesMoved moved = executor.bytesMoved().orElseThrow();
      assertThat(moved.steps()).isEqualTo(3);
      // Broadcasts are compressed; sums most often fit in six bytes for each value and task.
      assertThat(moved.down()).isBetween(3 * 2L * mask.size(), 3 * (4L * mask.size() + 20_000));
      assertThat(moved.up())
          .isBetween(3 * 2 * 2L * mask.size(), 3 * 2 * (7L * mask.size() + 8_000));
    }
  }

  @Test
  void numbersOutOfRangeAreNotTriedAgain() {
    RunConfig config = TinyTask.config(RANDOM);
    try (StepExecutor executor = open(config)) {
      Mask mask = TinyTask.mask(executor, config);
      float[] values = executor.initialValues(mask);
      Arrays.fill(values, Float.NaN);
      assertThatThrownBy(() -> executor.step(new StepRequest(2, 0, mask, values)))
          .isInstanceOf(NotFiniteException.class)
          .hasMessageContaining("NaN");
    }
  }

  @Test
  void closingFreesTheEngine() {
    int before = EngineHome.get().count();
    try (StepExecutor executor = open(TinyTask.config(RANDOM))) {
      executor.initialValues(Mask.none(TinyTask.spec().layout()));
      assertThat(EngineHome.get().count()).isEqualTo(before + 1);
    }
    assertThat(EngineHome.get().count()).isEqualTo(before);
  }

  @Test
  void afterAFailureExecutorsAreFreedToo() throws InterruptedException {
    JavaSparkContext context =
        JavaSparkContext.fromSparkContext(SharedSession.get().sparkContext());
    RunConfig config = TinyTask.config(RANDOM);
    StepExecutor executor = open(config);
    Mask mask = TinyTask.mask(executor, config);
    assertThatThrownBy(() -> executor.step(new StepRequest(2, 0, mask, new float[0])))
        .hasMessageContaining("Invalid values: 0 for a mask of");
    context.setJobGroup("closing", "what close runs");
    try {
      executor.close();
    } finally {
      context.clearJobGroup();
    }
    // Spark tells of jobs on a thread of its own.
    for (int wait = 0;
        wait < 200 && context.statusTracker().getJobIdsForGroup("closing").length == 0;
        wait++) {
      Thread.sleep(50);
    }
    assertThat(context.statusTracker().getJobIdsForGroup("closing")).hasSize(1);
  }

  @Test
  void anUnknownDataSetIsRefused() {
    try (StepExecutor executor = open(TinyTask.config(RANDOM))) {
      Mask none = Mask.none(TinyTask.spec().layout());
      assertThatThrownBy(
              () -> executor.evaluate(new EvaluationRequest(1, "test", none, new float[0])))
          .hasMessage("Invalid data set: there is no test");
    }
  }
}
