package io.sparsetune.local;

import io.sparsetune.batch.EpochPlan;
import io.sparsetune.batch.Shard;
import io.sparsetune.engine.Engine;
import io.sparsetune.engine.EngineHome;
import io.sparsetune.engine.EngineLease;
import io.sparsetune.engine.EngineWorker;
import io.sparsetune.engine.PrivateEngine;
import io.sparsetune.mask.LocalScores;
import io.sparsetune.mask.Mask;
import io.sparsetune.mask.ScoreSource;
import io.sparsetune.mask.TopKGoal;
import io.sparsetune.method.Evidence.BaseValues;
import io.sparsetune.method.Evidence.GradientSums;
import io.sparsetune.method.ScoreRound;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.progress.ScoreProgress;
import io.sparsetune.store.RoundStore;
import io.sparsetune.store.WorkerStore;
import io.sparsetune.sums.ClippedSum;
import io.sparsetune.sums.GradientSum;
import io.sparsetune.sums.MaxAbs;
import io.sparsetune.sums.ScoreSum;
import io.sparsetune.sums.SumSlice;
import io.sparsetune.task.Predictions;
import io.sparsetune.train.EvaluationRequest;
import io.sparsetune.train.RoundRequest;
import io.sparsetune.train.RoundResult;
import io.sparsetune.train.ScoresRequest;
import io.sparsetune.train.StepExecutor;
import io.sparsetune.train.StepRequest;
import io.sparsetune.work.BaseScores;
import io.sparsetune.work.BatchPart;
import io.sparsetune.work.LocalThreads;
import io.sparsetune.work.ShardWork;
import io.sparsetune.work.WorkerState;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a training in this process: the readable form of what Spark's executor does on a cluster,
 * with the same bits. For one caller; its threads take the shards one after the other.
 */
public final class LocalStepExecutor implements StepExecutor {
  private static final Logger LOG = LoggerFactory.getLogger(LocalStepExecutor.class);
  private static final float[] NO_VALUES = {};

  private final String nonce;
  private final ModelSpec spec;
  private final ParameterLayout layout;
  private final Supplier<Engine> loader;
  private final LocalData data;
  private final EpochPlan plan;
  private final LocalThreads threads;
  private final RoundStore store;
  private final LocalRounds rounds;

  /** The threads' sums of the last step, its result among them: the next step takes them again. */
  private final Queue<GradientSum> sums = new ConcurrentLinkedQueue<>();

  private long lastSequence;
  private IntConsumer trained = examples -> {};

  /**
   * @param nonce names the run in the JVM's {@link EngineHome}; of this executor alone
   * @param loader opens the engine with θ⁰
   * @param threads how many compute; touches no bit of the result
   */
  public LocalStepExecutor(
      String nonce, ModelSpec spec, Supplier<Engine> loader, LocalData data, int threads) {
    this(nonce, spec, loader, data, threads, RoundStore.NONE);
  }

  /**
   * The same with a store.
   *
   * @param store where dense rounds keep their state
   */
  public LocalStepExecutor(
      String nonce,
      ModelSpec spec,
      Supplier<Engine> loader,
      LocalData data,
      int threads,
      RoundStore store) {
    this.nonce = nonce;
    this.spec = spec;
    this.layout = spec.layout();
    this.loader = loader;
    this.data = data;
    this.plan = data.plan();
    this.threads = new LocalThreads(threads);
    this.store = store;
    this.rounds = new LocalRounds(layout, this::trainDensely, store);
  }

  @Override
  public long trainExamples() {
    return plan.examples();
  }

  @Override
  public float[] initialValues(Mask mask) {
    try (EngineLease lease = leaseAtStart()) {
      return lease.engine().gather(mask);
    }
  }

  @Override
  public <T> T withScores(ScoresRequest request, Function<ScoreSource, T> use) {
    lastSequence = request.sequence();
    return use.apply(
        request.scores() instanceof GradientSums sums
            ? scoreSums(sums.goal(), sums.round(plan), request.progress())
            : baseScores(((BaseValues) request.scores()).tensors()));
  }

  private ScoreSource baseScores(List<Integer> tensors) {
    return new LocalScores(
        () ->
            tensors.stream()
                .flatMap(
                    tensor -> {
                      EngineLease lease = leaseAtStart();
                      return Stream.of(lease.engine())
                          .flatMap(engine -> BaseScores.slices(engine, layout, tensor).stream())
                          .onClose(lease::close);
                    }));
  }

  private ScoreSource scoreSums(TopKGoal goal, ScoreRound round, ScoreProgress progress) {
    long work = round.work(plan);
    AtomicLong scored = new AtomicLong();
    IntConsumer done = n -> progress.scored(scored.addAndGet(n), work);
    IntPredicate wants = goal::wants;
    ScoreSum sums;
    if (round.ofWholeBatches()) {
      sums = clippedSums(round, wants, done);
    } else if (round.ofSquares()) {
      MaxAbs largest = new MaxAbs(layout, wants);
      scoreRound((worker, shard) -> ShardWork.scores(worker, plan, shard, round, largest, done));
      sums = ScoreSum.ofSquares(layout, wants, largest.squareUnits());
      scoreRound((worker, shard) -> ShardWork.scores(worker, plan, shard, round, sums, done));
    } else {
      sums = ScoreSum.signed(layout, wants);
      scoreRound((worker, shard) -> ShardWork.scores(worker, plan, shard, round, sums, done));
    }
    return new LocalScores(
        () ->
            StreamSupport.stream(
                    Spliterators.spliteratorUnknownSize(sums.slices(), Spliterator.ORDERED), false)
                .map(SumSlice::scores));
  }

  private ScoreSum clippedSums(ScoreRound round, IntPredicate wants, IntConsumer done) {
    ClippedSum clipped = new ClippedSum(layout, wants, round.maxNorm());
    for (int s = 0; s < round.steps(); s++) {
      int step = s;
      scoreRound(
          (worker, shard) -> {
            BatchPart part = ShardWork.batchPart(plan, shard, round, step);
            part.add(worker, clipped);
            done.accept(part.batch().examples());
          });
      clipped.endBatch();
    }
    return clipped.sums();
  }

  private void scoreRound(ShardTask task) {
    onEachThread(lastSequence, Mask.none(layout), NO_VALUES, data.train(), () -> task);
  }

  @Override
  public GradientSum step(StepRequest request) {
    lastSequence = request.sequence();
    List<GradientTask> done =
        onEachThread(
            request.sequence(),
            request.trained(),
            request.values(),
            data.train(),
            () -> new GradientTask(request, emptySum(request.trained().size())));
    GradientSum total = done.get(0).sum();
    sums.add(total);
    for (GradientTask task : done.subList(1, done.size())) {
      total.merge(task.sum());
      sums.add(task.sum());
    }
    return total;
  }

  /** An earlier step's, since sums are long enough to make a garbage collector work. */
  private GradientSum emptySum(int size) {
    GradientSum sum = sums.poll();
    if (sum == null || sum.size() != size) {
      return new GradientSum(size);
    }
    sum.clear();
    return sum;
  }

  @Override
  public RoundResult round(RoundRequest request) {
    lastSequence = request.sequence();
    long work = request.work().examples(plan);
    AtomicLong examples = new AtomicLong();
    trained = n -> request.progress().scored(examples.addAndGet(n), work);
    return rounds.run(request);
  }

  private WorkerState trainDensely(RoundRequest request, int worker) {
    List<Shard> own =
        data.train().stream().filter(s -> s.index() % request.workers() == worker).toList();
    try (PrivateEngine engine = EngineHome.get().borrow(nonce, loader)) {
      WorkerStore saved = store.worker(request.round(), worker, LOG::warn);
      return request.work().run(worker, engine, plan, own, threads, saved, trained);
    }
  }

  @Override
  public Optional<String> saveScores(int round) {
    return rounds.saveScores(round);
  }

  @Override
  public Predictions evaluate(EvaluationRequest request) {
    lastSequence = request.sequence();
    Shard shard = data.evaluation().get(request.dataSet());
    if (shard == null) {
      throw new IllegalArgumentException("Invalid data set: there is no " + request.dataSet());
    }
    try (EngineLease lease = lease(request.sequence(), request.trained(), request.values())) {
      float[] logits =
          ShardWork.logits(lease.worker(), shard, data.evalBatchSize(), spec.outputs());
      return new Predictions(spec.outputs(), logits, shard.targets());
    }
  }

  @Override
  public void close() {
    sums.clear();
    threads.close();
    EngineHome.get().release(nonce);
  }

  /** What a thread does with each shard that it takes. */
  @FunctionalInterface
  private interface ShardTask {
    void run(EngineWorker worker, Shard shard);
  }

  private final class GradientTask implements ShardTask {
    private final StepRequest request;
    private final GradientSum sum;

    GradientTask(StepRequest request, GradientSum sum) {
      this.request = request;
      this.sum = sum;
    }

    GradientSum sum() {
      return sum;
    }

    @Override
    public void run(EngineWorker worker, Shard shard) {
      ShardWork.gradient(worker, plan, shard, request.step(), sum);
    }
  }

  /** One task a thread; each shard is taken by one of them. */
  private <T extends ShardTask> List<T> onEachThread(
      long sequence, Mask mask, float[] values, List<Shard> shards, Supplier<T> tasks) {
    return threads.share(
        shards.iterator(),
        own -> {
          T task = tasks.get();
          try (EngineLease lease = lease(sequence, mask, values)) {
            own.forEachRemaining(shard -> task.run(lease.worker(), shard));
          }
          return task;
        });
  }

  private EngineLease leaseAtStart() {
    return lease(lastSequence, Mask.none(layout), NO_VALUES);
  }

  private EngineLease lease(long sequence, Mask mask, float[] values) {
    EngineLease lease = EngineHome.get().acquire(nonce, loader, sequence, mask, values);
    if (lease.stale()) {
      throw new IllegalStateException(
          "Sequence " + sequence + " is older than what the engine of " + nonce + " has");
    }
    return lease;
  }
}
