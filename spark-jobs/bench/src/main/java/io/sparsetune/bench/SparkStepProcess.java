package io.sparsetune.bench;

import io.sparsetune.batch.EpochPlan;
import io.sparsetune.local.LocalData;
import io.sparsetune.local.LocalStepExecutor;
import io.sparsetune.mask.Mask;
import io.sparsetune.train.StepExecutor;
import io.sparsetune.train.StepRequest;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What Spark costs a step: the sparse steps of {@link TinyModel}, as training runs them, on Spark
 * and on threads of this process.
 */
@Command(name = "spark-step-process", hidden = true, mixinStandardHelpOptions = true)
final class SparkStepProcess implements Callable<Integer> {
  @Option(names = "--k", defaultValue = "53000")
  private int k;

  @Option(names = "--tasks", defaultValue = "2")
  private int tasks;

  @Option(names = "--cores", defaultValue = "2")
  private int cores;

  @Option(names = "--warm-up", defaultValue = "20")
  private double warmUp;

  @Option(names = "--seconds", defaultValue = "8")
  private double seconds;

  private long sequence;

  @Override
  public Integer call() throws IOException {
    EpochPlan plan = TinyModel.plan(tasks);
    Timing local;
    LocalData data = new LocalData(TinyModel.shards(tasks), plan, Map.of(), 8);
    try (StepExecutor threads =
        new LocalStepExecutor("bench", TinyModel.spec(), TinyModel::engine, data, cores)) {
      local = steps(threads);
    }
    Timing spark =
        OnSpark.time(
            TinyModel.spec(),
            TinyModel.weights(),
            tasks,
            tasks,
            cores,
            executor -> steps(executor));
    System.out.printf(
        Locale.ROOT,
        "median_ms=%.2f min_ms=%.2f local_ms=%.2f n=%d k=%d tasks=%d%n",
        spark.median(),
        spark.min(),
        local.median(),
        spark.count(),
        k,
        tasks);
    return 0;
  }

  private Timing steps(StepExecutor executor) {
    Mask mask = TinyModel.mask(k);
    float[] values = executor.initialValues(mask);
    int[] step = new int[1];
    return Timing.of(
        () -> executor.step(new StepRequest(++sequence, step[0]++, mask, values)), warmUp, seconds);
  }
}
