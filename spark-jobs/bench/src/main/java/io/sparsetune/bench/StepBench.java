package io.sparsetune.bench;

import io.sparsetune.batch.MicroBatch;
import io.sparsetune.config.RunConfig;
import io.sparsetune.config.RunConfigParser;
import io.sparsetune.engine.Engine;
import io.sparsetune.engine.EngineWorker;
import io.sparsetune.engine.room.RoomEngine;
import io.sparsetune.mask.Mask;
import io.sparsetune.method.Methods;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Precision;
import io.sparsetune.optim.SparseOptimizer;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.random.Randomness;
import io.sparsetune.random.Randomness.Purpose;
import io.sparsetune.sums.GradientSum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * One training step without Spark: install the values, forward and backward over the global batch's
 * micro-batches on some threads with dropout on, merge the exact sums, update by AdamW. Or a
 * forward pass over the same micro-batches.
 */
final class StepBench implements AutoCloseable {
  private static final long SEED = 1;
  private static final double LEARNING_RATE = 1e-4;
  private static final String DEFAULTS =
      "{model: {path: none}, data: {train: none}, output: none, training: {learning_rate: 1e-4}}";

  private final Work work;
  private final Engine engine;
  private final Mask mask;
  private final Mask trained;
  private final float[] values;
  private final List<MicroBatch> batches;
  private final EngineWorker[] workers;
  private final GradientSum[] sums;
  private final ExecutorService threads;
  private final SparseOptimizer optimizer;
  private long step;

  StepBench(StepShape shape, Work work, Precision precision, double sparsity, int threadCount) {
    this.work = work;
    ModelSpec spec = shape.model().with(work.model()).with(precision);
    ParameterLayout layout = spec.layout();
    engine = RoomEngine.open(spec, weights(layout));
    mask = work.mask(layout, sparsity, SEED);
    RunConfig defaults = RunConfigParser.parse(DEFAULTS, "bench", List.of());
    trained = mask.withWhole(layout, Methods.headTensors(layout, defaults.method()));
    values = engine.gather(trained);
    optimizer = defaults.training().optimizer().start(layout, trained);
    batches = microBatches(shape);
    workers = new EngineWorker[threadCount];
    Arrays.setAll(workers, i -> engine.newWorker());
    sums = new GradientSum[threadCount];
    Arrays.setAll(sums, i -> new GradientSum(trained.size()));
    threads = Executors.newFixedThreadPool(threadCount);
  }

  int maskSize() {
    return mask.size();
  }

  int trainedSize() {
    return trained.size();
  }

  /** Runs one step, the update of the values included, or one forward pass. */
  void run() {
    if (!work.trains()) {
      inParallel(this::forward);
      return;
    }
    engine.install(trained, values);
    inParallel(this::part);
    for (int w = 1; w < sums.length; w++) {
      sums[0].merge(sums[w]);
    }
    optimizer.step(values, sums[0], 1, LEARNING_RATE);
    step++;
  }

  private <T> List<T> inParallel(IntFunction<T> task) {
    List<Future<T>> parts = new ArrayList<>();
    for (int w = 0; w < workers.length; w++) {
      int worker = w;
      parts.add(threads.submit(() -> task.apply(worker)));
    }
    return parts.stream().map(StepBench::result).toList();
  }

  private int forward(int worker) {
    int logits = 0;
    for (int b = worker; b < batches.size(); b += workers.length) {
      logits += workers[worker].logits(batches.get(b)).length;
    }
    return logits;
  }

  private GradientSum part(int worker) {
    GradientSum sum = sums[worker];
    sum.clear();
    for (int b = worker; b < batches.size(); b += workers.length) {
      long key = Randomness.key(SEED, Purpose.DROPOUT, step, b);
      workers[worker].gradient(batches.get(b), key, sum);
    }
    return sum;
  }

  private static <T> T result(Future<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while timing a step", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("A step failed: " + e.getCause(), e);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  static float[] weights(ParameterLayout layout) {
    float[] theta = new float[layout.size()];
    for (int t = 0; t < layout.tensorCount(); t++) {
      TensorSpec tensor = layout.tensor(t);
      boolean gain = tensor.name().endsWith("LayerNorm.weight");
      for (int i = layout.offset(t); i < layout.offset(t) + tensor.size(); i++) {
        theta[i] = (gain ? 1 : 0) + noise(i);
      }
    }
    return theta;
  }

  /** Bell-shaped as a trained model's weights are, with BERT's standard deviation of 0.02. */
  private static float noise(long i) {
    double sum = 0;
    for (long part = 3 * i; part < 3 * i + 3; part++) {
      sum += Randomness.uniform(SEED, part);
    }
    return (float) ((sum - 1.5) * 0.04);
  }

  private static List<MicroBatch> microBatches(StepShape shape) {
    Function<Integer, MicroBatch> make =
        number -> {
          int tokens = shape.microBatch() * shape.length();
          int[] ids = new int[tokens];
          Arrays.setAll(
              ids, i -> 5 + Randomness.below(SEED + 1, (long) number * tokens + i, 29995));
          int[] starts = new int[shape.microBatch() + 1];
          Arrays.setAll(starts, i -> i * shape.length());
          float[] targets = new float[shape.microBatch()];
          for (int i = 0; i < targets.length; i++) {
            targets[i] = i % 2;
          }
          return new MicroBatch(ids, new int[tokens], starts, targets);
        };
    return IntStream.range(0, shape.microBatches()).boxed().map(make).toList();
  }
}
