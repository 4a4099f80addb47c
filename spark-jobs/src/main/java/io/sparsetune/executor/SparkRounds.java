package io.sparsetune.executor;

import io.sparsetune.batch.EpochPlan;
import io.sparsetune.batch.Shard;
import io.sparsetune.dense.ChosenSlice;
import io.sparsetune.dense.DenseTraining;
import io.sparsetune.dense.RoundScores;
import io.sparsetune.dense.StateSlice;
import io.sparsetune.error.DataException;
import io.sparsetune.mask.Mask;
import io.sparsetune.mask.ScoreSlice;
import io.sparsetune.store.RoundStore;
import io.sparsetune.train.RoundRequest;
import io.sparsetune.train.RoundResult;
import io.sparsetune.work.RoundWork;
import io.sparsetune.work.WorkerSteps;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.LongAccumulator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Dense rounds on Spark: a task for each logical worker, whose state is shuffled by place,
 * averaged, and stays there while a projection looks at it. What is on an executor that is lost is
 * computed anew from its lineage: a worker's task depends on broadcasts and its shards alone.
 */
final class SparkRounds {
  private static final Logger LOG = LoggerFactory.getLogger(SparkRounds.class);

  private final RunModel model;
  private final JavaRDD<Shard> shards;
  private final Broadcast<EpochPlan> plan;
  private final RoundStore store;

  /** The shards dealt to logical workers; null before the first round. */
  private JavaRDD<Shard> byWorker;

  private int workers;

  /** What the round before left for this one's scores; null without. */
  private JavaPairRDD<Long, ScoreSlice> earlier;

  /** Of rounds whose lineage may still be needed. */
  private final List<Broadcast<RoundWork>> works = new ArrayList<>();

  SparkRounds(RunModel model, JavaRDD<Shard> shards, Broadcast<EpochPlan> plan, RoundStore store) {
    this.store = store;
    this.model = model;
    this.shards = shards;
    this.plan = plan;
  }

  RoundResult run(RoundRequest request) {
    long examples = request.work().examples(plan.value());
    try (ScoredExamples trained =
        ScoredExamples.listenTo(model.context().sc(), request.progress(), examples)) {
      return run(request, trained.done());
    }
  }

  private RoundResult run(RoundRequest request, LongAccumulator done) {
    deal(request.workers());
    if (request.round() == 0) {
      forget();
    } else if (earlier == null && request.scores().remembers()) {
      load(request);
    }
    String name = "dense round %d".formatted(request.round() + 1);
    CollectionAccumulator<String> warnings = model.context().sc().collectionAccumulator();
    Broadcast<RoundWork> work = model.context().broadcast(request.work());
    works.add(work);
    RoundTask task =
        new RoundTask(
            model.shared(),
            plan,
            work,
            request.workers(),
            model.threadsOfEach(request.workers()),
            store,
            request.round(),
            warnings,
            done);
    JavaPairRDD<Long, Outcome<RoundMean>> means =
        byWorker
            .mapPartitions(task::run)
            .keyBy(RoundPart::key)
            .groupByKey(new HashPartitioner(places()))
            .mapValues(RoundMean::of)
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      return projected(request, name, means);
    } finally {
      // In one process the tasks have said it themselves.
      if (!model.inOneProcess()) {
        new TreeSet<>(warnings.value()).forEach(LOG::warn);
      }
      Persisted.free(means);
    }
  }

  /** {@link io.sparsetune.train.StepExecutor#saveScores}. */
  Optional<String> saveScores(int round) {
    if (earlier == null) {
      return Optional.empty();
    }
    if (store == RoundStore.NONE) {
      return Optional.of(RoundStore.KEEPS_NO_SCORES);
    }
    JavaRDD<ScoreSlice> scores = earlier.values();
    int parts = scores.getNumPartitions();
    RoundStore to = store;
    try {
      model.job(
          "dense round %d: save scores".formatted(round + 1),
          () ->
              scores
                  .mapPartitionsWithIndex(
                      (part, slices) -> {
                        to.saveScores(round, part, parts, slices);
                        return Collections.<Integer>emptyIterator();
                      },
                      true)
                  .count());
    } catch (DataException e) {
      // The executors have them all the same.
      return Optional.of(e.getMessage());
    }
    // From now on what an executor loses is read again, not trained again; and files of rounds
    // before are not needed any more.
    Persisted.free(earlier);
    earlier = saved(round, parts);
    return Optional.empty();
  }

  /** Takes what another executor has saved of the round before. */
  private void load(RoundRequest request) {
    earlier = saved(request.round() - 1, store.requireScores(request.round()));
    long found =
        model.job("dense round %d: saved scores".formatted(request.round()), earlier::count);
    long places = StateSlice.places(request.work().dense()).size();
    if (found != places) {
      throw new DataException(
          "Cannot go on with round %d: of the scores of the round before %d slices are saved instead of %d; start the run again with --overwrite"
              .formatted(request.round() + 1, found, places));
    }
  }

  private JavaPairRDD<Long, ScoreSlice> saved(int round, int parts) {
    RoundStore from = store;
    return model
        .context()
        .parallelize(IntStream.range(0, parts).boxed().toList(), parts)
        .flatMap(part -> from.scores(round, part, parts).iterator())
        .keyBy(slice -> RoundPart.key(slice.tensor(), slice.from()))
        .partitionBy(new HashPartitioner(places()))
        .persist(StorageLevel.MEMORY_AND_DISK());
  }

  private RoundResult projected(
      RoundRequest request, String name, JavaPairRDD<Long, Outcome<RoundMean>> means) {
    List<RoundMean> ofSteps =
        Outcome.values(
            model.job(
                name,
                () -> means.filter(mean -> !RoundPart.isPlace(mean._1())).values().collect()));
    List<WorkerSteps> steps = ofSteps.stream().flatMap(mean -> mean.steps().stream()).toList();
    JavaPairRDD<Long, StateSlice> slices =
        means.filter(mean -> RoundPart.isPlace(mean._1())).mapValues(mean -> mean.value().slice());
    JavaPairRDD<Long, ScoreSlice> scores = scores(request, slices);
    RoundScores rule = request.scores();
    try {
      Mask mask =
          request.projection().apply(SparkScores.of(model, scores.values().map(rule::withStays)));
      Mask kept = mask.withWhole(model.spec().layout(), request.head());
      List<ChosenSlice> chosen = chosen(name, request.work().training(), kept, slices);
      if (rule.remembers()) {
        remember(name, scores);
      } else {
        forget();
      }
      return new RoundResult(
          mask,
          kept,
          ChosenSlice.values(kept, chosen),
          ChosenSlice.moments(kept, chosen),
          WorkerSteps.together(steps));
    } finally {
      if (rule.remembers() && scores != earlier) {
        Persisted.free(scores);
      }
    }
  }

  /** Brings together the shards of each logical worker. */
  private void deal(int wanted) {
    if (byWorker != null && workers == wanted) {
      return;
    }
    if (byWorker != null) {
      Persisted.free(byWorker);
    }
    workers = wanted;
    byWorker =
        shards
            .keyBy(shard -> shard.index() % wanted)
            .partitionBy(new HashPartitioner(wanted))
            .values()
            .persist(StorageLevel.MEMORY_AND_DISK());
  }

  /** Partitions of what is shuffled by place. */
  private int places() {
    return Math.max(workers, model.partitions(shards.getNumPartitions()));
  }

  private JavaPairRDD<Long, ScoreSlice> scores(
      RoundRequest request, JavaPairRDD<Long, StateSlice> slices) {
    RoundScores rule = request.scores();
    DenseTraining training = request.work().training();
    JavaPairRDD<Long, ScoreSlice> scores =
        earlier == null
            ? slices.mapValues(slice -> rule.blended(training, slice, Optional.empty()))
            // Both are partitioned alike: nothing moves.
            : slices
                .join(earlier)
                .mapValues(both -> rule.blended(training, both._1(), Optional.of(both._2())));
    return rule.remembers() ? scores.persist(StorageLevel.MEMORY_AND_DISK()) : scores;
  }

  private List<ChosenSlice> chosen(
      String name, DenseTraining training, Mask kept, JavaPairRDD<Long, StateSlice> slices) {
    Broadcast<Mask> mask = model.share(kept);
    return model.job(
        name + ": what is kept",
        () ->
            slices.values().map(slice -> ChosenSlice.of(training, mask.value(), slice)).collect());
  }

  /** Keeps the scores for the next round; until then they may be asked for again. */
  private void remember(String name, JavaPairRDD<Long, ScoreSlice> scores) {
    model.job(name + ": scores", scores::count);
    if (earlier != null) {
      Persisted.free(earlier);
    }
    earlier = scores;
  }

  /** Frees what earlier rounds left. */
  private void forget() {
    if (earlier != null) {
      Persisted.free(earlier);
      earlier = null;
    }
  }

  /** Frees everything. */
  void close() {
    forget();
    if (byWorker != null) {
      Persisted.free(byWorker);
    }
    works.forEach(Broadcasts::destroy);
  }
}
