package io.sparsetune.work;

import io.sparsetune.batch.EpochPlan;
import io.sparsetune.batch.Shard;
import io.sparsetune.dense.DenseTrainer;
import io.sparsetune.dense.DenseTraining;
import io.sparsetune.engine.EngineWorker;
import io.sparsetune.engine.PrivateEngine;
import io.sparsetune.mask.Mask;
import io.sparsetune.optim.GradientClip;
import io.sparsetune.optim.TrainedState;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.state.StateReader;
import io.sparsetune.state.StateWriter;
import io.sparsetune.store.WorkerStore;
import io.sparsetune.sums.GradientSum;
import io.sparsetune.sums.NotFiniteException;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;

/**
 * What a logical worker does in a dense round, wherever it runs: local optimizer steps on its own
 * shards, with a θ of its own.
 *
 * @param dense everything that is trained: the tensors in scope and the head, whole
 * @param start what stands off θ⁰
 * @param keepsMoments whether anybody asks for the moments after the round
 */
public record RoundWork(
    DenseSteps steps, DenseTraining training, Mask dense, TrainedState start, boolean keepsMoments)
    implements Serializable {

  /**
   * Trains.
   *
   * @param engine at θ⁰, where the worker's values stay installed
   * @param shards the worker's
   * @param threads that share the shards of a step
   * @param store where the worker's state is saved now and then, and where it goes on from
   * @param done hears the number of examples of each step, of those too that were taken before
   * @throws NotFiniteException when a loss or a gradient is not finite or out of range
   */
  public WorkerState run(
      int worker,
      PrivateEngine engine,
      EpochPlan plan,
      List<Shard> shards,
      LocalThreads threads,
      WorkerStore store,
      IntConsumer done) {
    List<GradientSum> sums = new ArrayList<>();
    for (int t = 0; t < threads.count(); t++) {
      sums.add(new GradientSum(dense.size()));
      engine.worker(t);
    }
    return run(
        worker, engine, step -> gradient(engine, plan, shards, threads, sums, step), store, done);
  }

  private static GradientSum gradient(
      PrivateEngine engine,
      EpochPlan plan,
      List<Shard> shards,
      LocalThreads threads,
      List<GradientSum> sums,
      int step) {
    AtomicInteger thread = new AtomicInteger();
    List<GradientSum> parts =
        threads.share(
            shards.iterator(),
            own -> {
              int mine = thread.getAndIncrement();
              GradientSum sum = sums.get(mine);
              sum.clear();
              EngineWorker worker = engine.worker(mine);
              own.forEachRemaining(shard -> ShardWork.gradient(worker, plan, shard, step, sum));
              return sum;
            });
    GradientSum total = parts.get(0);
    parts.subList(1, parts.size()).forEach(total::merge);
    return total;
  }

  /**
   * The same with gradients from anywhere. A step in which the worker has no examples is none for
   * its optimizer.
   *
   * @param gradient at the values that are installed in the engine, for a global step
   */
  public WorkerState run(
      int worker,
      PrivateEngine engine,
      IntFunction<GradientSum> gradient,
      WorkerStore store,
      IntConsumer done) {
    float[] base = engine.engine().gather(dense);
    ParameterLayout layout = engine.engine().spec().layout();
    Progress from =
        store
            .latest((step, in) -> started(layout, base, worker).restored(step, in))
            .orElseGet(() -> started(layout, base, worker));
    DenseTrainer trainer = from.trainer();
    WorkerSteps taken = from.taken();
    taken.heard(done);
    boolean saved = from.steps() > 0;
    for (int i = from.steps(); i < steps.count(); i++) {
      int step = steps.first() + i;
      engine.engine().install(dense, trainer.values(step));
      GradientSum sum = gradientAt(step, gradient);
      if (sum.examples() > 0) {
        double norm = GradientClip.norm(sum);
        double clip = GradientClip.factor(norm, OptionalDouble.of(steps.maxGradNorm()));
        trainer.step(step, sum, clip, steps.rateAt(step));
        taken.record(i, sum, trainer.penalty(), norm);
        done.accept((int) sum.examples());
      }
      int behind = i + 1;
      // The end of a long round is saved in any case: others may have to wait for their turn.
      if (store.due() || saved && behind == steps.count()) {
        store.save(behind, out -> new Progress(trainer, taken, behind).save(out));
        saved = true;
      }
    }
    float[][] state = trainer.state();
    requireFinite(state);
    float[][] leaving = keepsMoments ? state : Arrays.copyOf(state, training.valueArrays());
    return new WorkerState(taken, dense, leaving, base);
  }

  private Progress started(ParameterLayout layout, float[] base, int worker) {
    return new Progress(
        training.trainer(layout, dense, base, start), new WorkerSteps(worker, steps.count()), 0);
  }

  /**
   * Where a worker is.
   *
   * @param steps of the round that are behind it
   */
  private record Progress(DenseTrainer trainer, WorkerSteps taken, int steps) {
    void save(StateWriter out) throws IOException {
      taken.save(steps, out);
      trainer.save(out);
    }

    Progress restored(int step, StateReader in) {
      taken.restore(step, in);
      trainer.restore(in);
      return new Progress(trainer, taken, step);
    }
  }

  /** The last step's values have not been through the model. */
  private void requireFinite(float[][] state) {
    for (float[] array : state) {
      for (float value : array) {
        if (!Float.isFinite(value)) {
          throw new NotFiniteException(
              "after step %d a trained parameter is %s"
                  .formatted(steps.first() + steps.count(), value));
        }
      }
    }
  }

  /** Examples of all workers' steps. */
  public long examples(EpochPlan plan) {
    return plan.examplesBefore(steps.first() + steps.count()) - plan.examplesBefore(steps.first());
  }

  private static GradientSum gradientAt(int step, IntFunction<GradientSum> gradient) {
    try {
      return gradient.apply(step);
    } catch (NotFiniteException e) {
      throw e.atStep(step + 1);
    }
  }
}
