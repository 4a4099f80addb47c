package io.sparsetune.bench;

import io.sparsetune.batch.EpochPlan;
import io.sparsetune.config.RunConfig;
import io.sparsetune.config.RunConfigParser;
import io.sparsetune.data.DataLoader;
import io.sparsetune.data.Tokenizer;
import io.sparsetune.data.TrainData;
import io.sparsetune.engine.room.RoomEngine;
import io.sparsetune.error.ConfigException;
import io.sparsetune.executor.ShippedModel;
import io.sparsetune.executor.SparkData;
import io.sparsetune.executor.SparkStepExecutor;
import io.sparsetune.local.LocalData;
import io.sparsetune.local.LocalStepExecutor;
import io.sparsetune.mask.Mask;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.method.Methods;
import io.sparsetune.model.Dropout;
import io.sparsetune.model.Loss;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Pooling;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.progress.ScoreProgress;
import io.sparsetune.progress.TrainingPlan;
import io.sparsetune.train.MaskChoice;
import io.sparsetune.train.StepExecutor;
import io.sparsetune.train.StepRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Steps on the quick start's batches, on Spark and on threads of this process, in turns of the same
 * steps. As many entries as the quick start's mask has, chosen at random; the values stay as they
 * are.
 */
@Command(name = "quickstart-process", hidden = true, mixinStandardHelpOptions = true)
final class QuickStartProcess implements Callable<Integer> {
  private static final long SEED = 1;
  private static final int STEPS_A_TURN = 5;

  @Option(names = "--prepared", required = true)
  private Path prepared;

  @Option(names = "--cores", defaultValue = "2")
  private int cores;

  @Option(names = "--warm-up", defaultValue = "60")
  private double warmUp;

  @Option(names = "--seconds", defaultValue = "120")
  private double seconds;

  private long sequence;

  @Override
  public Integer call() throws IOException {
    Path file = prepared.resolve("config.yaml");
    RunConfig config =
        RunConfigParser.read(file, List.of("method.name=random", "method.score_steps=null"));
    SparkSession session = OnSpark.open(cores);
    try (JavaSparkContext context = new JavaSparkContext(session.sparkContext())) {
      ShippedModel shipped = ShippedModel.ship(session, config.model().path());
      BaseModel base = shipped.open();
      TrainData train =
          new DataLoader(
                  session,
                  config.task(),
                  config.data(),
                  Tokenizer.of(base, config.task(), config.data().maxSeqLength()))
              .train(config.training().batchSize(), config.training().microBatchSize());
      EpochPlan plan = TrainingPlan.of(config, train.examples()).epochs();
      if (plan.stepsPerEpoch() <= STEPS_A_TURN) {
        throw new ConfigException(
            "An epoch of %s has no more than %d steps: prepare the quick start without --short"
                .formatted(prepared, STEPS_A_TURN));
      }
      ModelSpec spec =
          new ModelSpec(base.encoder(), Pooling.POOLER, 2, Loss.CROSS_ENTROPY, Dropout.NONE);
      LocalData local = new LocalData(train.shards().collect(), plan, Map.of(), 8);
      SparkData data = new SparkData(train.shards(), plan, 1, Map.of(), 8, Long.MAX_VALUE);
      try (StepExecutor threads =
              new LocalStepExecutor(
                  "bench", spec, () -> RoomEngine.open(spec, base.load(spec, SEED)), local, cores);
          StepExecutor spark = new SparkStepExecutor(session, shipped, spec, SEED, data)) {
        MaskProblem problem = new MaskProblem(spec.layout(), config.method(), SEED);
        Mask mask =
            MaskChoice.atBase(problem, spark, ++sequence, ScoreProgress.NONE)
                .withWhole(spec.layout(), Methods.headTensors(spec.layout(), config.method()));
        compare(threads, spark, plan, mask);
      }
    }
    return 0;
  }

  private void compare(StepExecutor threads, StepExecutor spark, EpochPlan plan, Mask mask) {
    int last = plan.stepsPerEpoch() - STEPS_A_TURN;
    float[] values = spark.initialValues(mask);
    List<StepExecutor> executors = List.of(threads, spark);
    List<double[]> pairs = new ArrayList<>();
    long start = System.nanoTime();
    double elapsed = 0;
    for (int turn = 0; elapsed < warmUp + seconds; turn++) {
      double[] ofTurn = new double[2];
      for (int i = 0; i < 2; i++) {
        int which = (turn + i) % 2;
        ofTurn[which] = steps(executors.get(which), mask, values, turn * STEPS_A_TURN % last);
      }
      elapsed = (System.nanoTime() - start) / 1e9;
      if (elapsed > warmUp) {
        pairs.add(ofTurn);
      }
    }
    System.out.printf(
        Locale.ROOT,
        "spark_ms=%.2f local_ms=%.2f ratio=%.4f pairs=%d trained=%d%n",
        Timing.median(pairs.stream().map(pair -> pair[1]).toList()),
        Timing.median(pairs.stream().map(pair -> pair[0]).toList()),
        Timing.median(pairs.stream().map(pair -> pair[1] / pair[0]).toList()),
        pairs.size(),
        mask.size());
  }

  /** Milliseconds of a step, the mean of a turn. */
  private double steps(StepExecutor executor, Mask mask, float[] values, int first) {
    long start = System.nanoTime();
    for (int step = first; step < first + STEPS_A_TURN; step++) {
      executor.step(new StepRequest(++sequence, step, mask, values));
    }
    return (System.nanoTime() - start) / 1e6 / STEPS_A_TURN;
  }
}
