package io.sparsetune.executor;

import io.sparsetune.batch.EpochPlan;
import io.sparsetune.batch.Shard;
import io.sparsetune.cluster.TaskMemoryException;
import io.sparsetune.engine.EngineLease;
import io.sparsetune.mask.ScoreSlice;
import io.sparsetune.mask.SliceFunction;
import io.sparsetune.mask.TopKGoal;
import io.sparsetune.method.ScoreRound;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.progress.ScoreProgress;
import io.sparsetune.sums.DenseGradientSink;
import io.sparsetune.sums.MaxAbs;
import io.sparsetune.sums.NotFiniteException;
import io.sparsetune.sums.ScoreSum;
import io.sparsetune.sums.SumSlice;
import io.sparsetune.work.BaseScores;
import io.sparsetune.work.ShardWork;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.LongAccumulator;

/**
 * Scores of the whole model, which never meet on the driver: a task sums over its shards, the sums
 * of all tasks, where there are several, are shuffled by slice and added exactly.
 */
final class ScoreRounds {
  private final RunModel model;
  private final JavaRDD<Shard> shards;
  private final Broadcast<EpochPlan> plan;

  ScoreRounds(RunModel model, JavaRDD<Shard> shards, Broadcast<EpochPlan> plan) {
    this.model = model;
    this.shards = shards;
    this.plan = plan;
  }

  /** |θ⁰| of those tensors, read whenever they are asked for. */
  JavaRDD<LocatedScores> baseScores(long sequence, List<Integer> tensors) {
    Broadcast<TaskModel> shared = model.shared();
    int slices = Math.max(1, Math.min(tensors.size(), model.context().defaultParallelism()));
    return model
        .context()
        .parallelize(tensors, slices)
        .mapPartitions(
            some -> {
              List<Integer> own = new ArrayList<>();
              some.forEachRemaining(own::add);
              return List.<LocatedScores>of(new BaseTensors(shared.value(), sequence, own))
                  .iterator();
            });
  }

  /** Tensors' scores, read from θ while the engine is leased. */
  private record BaseTensors(TaskModel model, long sequence, List<Integer> tensors)
      implements LocatedScores {
    @Override
    public <R> List<R> map(SliceFunction<R> function) {
      return TaskMemoryException.insteadOfError(
          () -> {
            try (EngineLease lease = model.leaseAtStart(sequence)) {
              if (lease.stale()) {
                return List.of();
              }
              ParameterLayout layout = model.spec().layout();
              return tensors.stream()
                  .flatMap(tensor -> BaseScores.slices(lease.engine(), layout, tensor).stream())
                  .<R>map(function::apply)
                  .toList();
            }
          });
    }
  }

  /**
   * The scores of a score round at θ⁰, kept on the executors until each is freed: as many passes
   * over the data as it takes to hold no more than {@code atOnce} sums in a task.
   *
   * @throws NotFiniteException where a gradient is not finite or out of range
   */
  List<JavaRDD<Outcome<ScoreSlice>>> scores(
      long sequence, TopKGoal goal, ScoreRound round, long atOnce, ScoreProgress progress) {
    List<TopKGoal> passes = goal.parts(model.spec().layout(), atOnce);
    long work = passes.size() * round.work(plan.value());
    List<JavaRDD<Outcome<ScoreSlice>>> scores = new ArrayList<>();
    try (ScoredExamples scored = ScoredExamples.listenTo(model.context().sc(), progress, work)) {
      for (TopKGoal pass : passes) {
        JavaRDD<Outcome<ScoreSlice>> ofPass =
            sums(sequence, pass, round, scored.done())
                .map(sum -> sum.map(SumSlice::scores))
                .persist(StorageLevel.MEMORY_AND_DISK());
        scores.add(ofPass);
        Outcome.values(
            model.job(
                "score round", () -> ofPass.filter(slice -> slice.value() == null).collect()));
      }
      return scores;
    } catch (RuntimeException e) {
      scores.forEach(Persisted::free);
      throw e;
    }
  }

  private int threads() {
    return model.threadsOfEach(shards.getNumPartitions());
  }

  private JavaRDD<Outcome<SumSlice>> sums(
      long sequence, TopKGoal goal, ScoreRound round, LongAccumulator done) {
    double[] units = round.ofSquares() ? largest(sequence, goal, round, done).squareUnits() : null;
    Broadcast<TaskModel> shared = model.shared();
    Broadcast<EpochPlan> plans = plan;
    int threads = threads();
    int partitions = shards.getNumPartitions();
    JavaRDD<Outcome<SumSlice>> parts =
        round.ofWholeBatches()
            ? new ClippedScores(shared, plans, sequence, threads, goal, round, done)
                .sums(shards)
                .flatMap(ScoreRounds::slices)
            : shards.mapPartitions(
                some -> {
                  ScoreSum sum =
                      TaskMemoryException.insteadOfError(
                          () -> scoreSum(shared.value().spec().layout(), goal, units));
                  return slices(
                      add(
                          some,
                          shared.value(),
                          plans.value(),
                          sequence,
                          threads,
                          round,
                          sum,
                          done));
                });
    // One task's slices are everybody's.
    return partitions == 1 ? parts : totals(parts, partitions);
  }

  private static JavaRDD<Outcome<SumSlice>> totals(
      JavaRDD<Outcome<SumSlice>> parts, int partitions) {
    return parts
        .keyBy(ScoreRounds::place)
        // Slices of one task are all different: nothing to combine before the shuffle.
        .combineByKey(
            slice -> slice,
            ScoreRounds::merged,
            ScoreRounds::merged,
            new HashPartitioner(partitions),
            false,
            null)
        .values();
  }

  /**
   * @param units of squares; null for sums of gradients as they are
   */
  private static ScoreSum scoreSum(ParameterLayout layout, TopKGoal goal, double[] units) {
    return units == null
        ? ScoreSum.signed(layout, goal::wants)
        : ScoreSum.ofSquares(layout, goal::wants, units);
  }

  /** The largest gradients of a score round: they fix the units of a sum of squares. */
  private MaxAbs largest(long sequence, TopKGoal goal, ScoreRound round, LongAccumulator done) {
    Broadcast<TaskModel> shared = model.shared();
    Broadcast<EpochPlan> plans = plan;
    int threads = threads();
    List<MaxAbs> parts =
        Outcome.values(
            model.job(
                "score round: units of the sums of squares",
                () ->
                    shards
                        .mapPartitions(
                            some -> {
                              MaxAbs largest =
                                  new MaxAbs(shared.value().spec().layout(), goal::wants);
                              return List.of(
                                      add(
                                          some,
                                          shared.value(),
                                          plans.value(),
                                          sequence,
                                          threads,
                                          round,
                                          largest,
                                          done))
                                  .iterator();
                            })
                        .collect()));
    MaxAbs all = parts.get(0);
    parts.subList(1, parts.size()).forEach(all::merge);
    return all;
  }

  /** Adds the gradients of a task's shards; its threads share one sum. */
  private static <A extends DenseGradientSink> Outcome<A> add(
      Iterator<Shard> some,
      TaskModel model,
      EpochPlan plan,
      long sequence,
      int threads,
      ScoreRound round,
      A into,
      LongAccumulator done) {
    List<Shard> all = new ArrayList<>();
    some.forEachRemaining(all::add);
    return Outcome.of(
        () ->
            TaskWork.<Shard, A>share(
                    threads,
                    all,
                    () -> model.leaseAtStart(sequence),
                    () -> into,
                    (worker, shard, sum) ->
                        ShardWork.scores(
                            worker, plan, shard, round, sum, examples -> add(done, examples)))
                .map(parts -> into));
  }

  /** A task's threads share its accumulator. */
  static void add(LongAccumulator done, int examples) {
    synchronized (done) {
      done.add((long) examples);
    }
  }

  private static Iterator<Outcome<SumSlice>> slices(Outcome<ScoreSum> summed) {
    if (summed.value() == null) {
      return List.of(new Outcome<SumSlice>(null, summed.notFinite())).iterator();
    }
    Iterator<SumSlice> slices = summed.value().slices();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return slices.hasNext();
      }

      @Override
      public Outcome<SumSlice> next() {
        return new Outcome<>(slices.next(), null);
      }
    };
  }

  /** Tensor and first position; −1 for a task that has no sums. */
  private static long place(Outcome<SumSlice> slice) {
    return slice.value() == null
        ? -1
        : (long) slice.value().tensor() << Integer.SIZE | slice.value().from();
  }

  private static Outcome<SumSlice> merged(Outcome<SumSlice> a, Outcome<SumSlice> b) {
    return Outcome.merge(a, b, SumSlice::merge);
  }
}
