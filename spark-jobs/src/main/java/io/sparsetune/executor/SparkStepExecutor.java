package io.sparsetune.executor;

import io.sparsetune.batch.EpochPlan;
import io.sparsetune.batch.Shard;
import io.sparsetune.cluster.Jobs;
import io.sparsetune.cluster.TaskMemoryException;
import io.sparsetune.data.EvaluationData;
import io.sparsetune.data.KeptShards;
import io.sparsetune.engine.Arithmetic;
import io.sparsetune.engine.EngineLease;
import io.sparsetune.mask.Mask;
import io.sparsetune.mask.ScoreSlice;
import io.sparsetune.mask.ScoreSource;
import io.sparsetune.method.Evidence.BaseValues;
import io.sparsetune.method.Evidence.GradientSums;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Precision;
import io.sparsetune.progress.BytesMoved;
import io.sparsetune.store.RoundStore;
import io.sparsetune.sums.GradientSum;
import io.sparsetune.task.Predictions;
import io.sparsetune.train.EvaluationRequest;
import io.sparsetune.train.RoundRequest;
import io.sparsetune.train.RoundResult;
import io.sparsetune.train.ScoresRequest;
import io.sparsetune.train.StepExecutor;
import io.sparsetune.train.StepRequest;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a training on Spark, with the bits of {@link io.sparsetune.local.LocalStepExecutor}. A call
 * is an ordinary job, or a few; tasks keep nothing but the engine of their JVM, which knows by the
 * sequence number what it has. For one thread.
 */
public final class SparkStepExecutor implements StepExecutor {
  private static final Logger LOG = LoggerFactory.getLogger(SparkStepExecutor.class);

  /** From so many tasks on their sums meet on executors first. */
  private static final int MANY_TASKS = 16;

  private final RunModel model;
  private final SparkData data;
  private final Broadcast<EpochPlan> plan;
  private final SparkEvaluator evaluator;
  private final StepTraffic traffic;
  private final SparkRounds rounds;
  private final RoundTraffic roundTraffic;
  private long lastSequence;

  /** From the first step on the executors have them, unless some get lost. */
  private boolean shardsAreKept;

  /**
   * @param base the model that {@code spec} describes, where the executors find it
   * @param seed the run's, for the head that the base does not have
   * @throws io.sparsetune.error.ConfigException where the executors' memory cannot be enough
   */
  public SparkStepExecutor(
      SparkSession session, ShippedModel base, ModelSpec spec, long seed, SparkData data) {
    this(session, base, spec, seed, data, RoundStore.NONE);
  }

  /**
   * The same with a store.
   *
   * @param store where dense rounds keep their state
   */
  public SparkStepExecutor(
      SparkSession session,
      ShippedModel base,
      ModelSpec spec,
      long seed,
      SparkData data,
      RoundStore store) {
    this.model = new RunModel(session, base, spec, seed);
    this.data = data;
    this.plan = model.context().broadcast(data.plan());
    this.evaluator = new SparkEvaluator(model, data.evalBatchSize());
    this.rounds = new SparkRounds(model, data.train(), plan, store.on(model.arithmetic()));
    this.roundTraffic = RoundTraffic.listenTo(session.sparkContext());
    this.traffic = StepTraffic.listenTo(session.sparkContext());
  }

  /**
   * What decides the bits of products, {@link io.sparsetune.engine.Arithmetic}, of the first
   * executor that answers; those of another kind refuse to work on its run.
   *
   * @throws io.sparsetune.error.ConfigException where it cannot compute in that precision
   */
  public static String arithmetic(SparkSession session, Precision precision) {
    if (precision == Precision.FP32) {
      return Arithmetic.of(precision);
    }
    JavaSparkContext context = JavaSparkContext.fromSparkContext(session.sparkContext());
    return Jobs.named(
        context.sc(),
        "kind of CPU",
        () -> context.parallelize(List.of(precision), 1).map(Arithmetic::of).first());
  }

  /** Of this run. */
  public String arithmetic() {
    return model.arithmetic();
  }

  @Override
  public long trainExamples() {
    return data.plan().examples();
  }

  @Override
  public float[] initialValues(Mask mask) {
    Broadcast<TaskModel> shared = model.shared();
    Broadcast<Mask> wanted = model.share(mask);
    long sequence = lastSequence;
    return model
        .job(
            "initial values",
            () ->
                model
                    .context()
                    .parallelize(List.of(sequence), 1)
                    .map(
                        start ->
                            TaskMemoryException.insteadOfError(
                                () -> initialValues(shared.value(), start, wanted.value())))
                    .collect())
        .get(0);
  }

  private static float[] initialValues(TaskModel model, long sequence, Mask mask) {
    try (EngineLease lease = model.leaseAtStart(sequence)) {
      return lease.engine().gather(mask);
    }
  }

  @Override
  public <T> T withScores(ScoresRequest request, Function<ScoreSource, T> use) {
    lastSequence = request.sequence();
    ScoreRounds rounds = new ScoreRounds(model, data.train(), plan);
    if (request.scores() instanceof BaseValues base) {
      return use.apply(new SparkScores(model, rounds.baseScores(lastSequence, base.tensors())));
    }
    GradientSums sums = (GradientSums) request.scores();
    List<JavaRDD<Outcome<ScoreSlice>>> scores =
        rounds.scores(
            lastSequence,
            sums.goal(),
            sums.round(data.plan()),
            data.scoresAtOnce(),
            request.progress());
    try {
      JavaRDD<ScoreSlice> all =
          scores.stream().reduce(JavaRDD::union).orElseThrow().map(Outcome::value);
      return use.apply(SparkScores.of(model, all));
    } finally {
      scores.forEach(Persisted::free);
    }
  }

  @Override
  public GradientSum step(StepRequest request) {
    lastSequence = request.sequence();
    Broadcast<Mask> trained = model.share(request.trained());
    Broadcast<SentValues> values = model.context().broadcast(new SentValues(request.values()));
    try {
      GradientTask task =
          new GradientTask(
              model.shared(),
              plan,
              trained,
              values,
              request.sequence(),
              request.step(),
              model.threadsOfEach(data.train().getNumPartitions()));
      List<Outcome<GradientSum>> outcomes =
          traffic.during(
              values,
              () ->
                  model.job(
                      "step %d/%d".formatted(request.step() + 1, data.steps()),
                      () -> outcomes(task)));
      return GradientTask.total(Outcome.values(outcomes));
    } finally {
      Broadcasts.destroy(values);
    }
  }

  /** Most results of tasks that may meet in the driver, where the data have so many partitions. */
  public static int results(int partitions) {
    return Math.min(partitions, MANY_TASKS);
  }

  private List<Outcome<GradientSum>> outcomes(GradientTask task) throws Exception {
    if (shardsAreKept) {
      try {
        return outcomes(KeptShards.of(data.train()), task);
      } catch (Exception e) {
        // Spark's own are checked, though nothing declares them.
        if (!KeptShards.isLost(e)) {
          throw e;
        }
        LOG.info("Shards were lost with an executor; they are read from the data's files again");
      }
    }
    List<Outcome<GradientSum>> all = outcomes(data.train(), task);
    shardsAreKept = true;
    return all;
  }

  private static List<Outcome<GradientSum>> outcomes(JavaRDD<Shard> shards, GradientTask task) {
    if (shards.getNumPartitions() < MANY_TASKS) {
      return PartitionFunction.results(shards, task);
    }
    return List.of(
        shards
            .mapPartitions(part -> List.of(task.of(part)).iterator())
            .treeReduce(
                (a, b) -> Outcome.merge(a, b, (x, y) -> GradientTask.total(List.of(x, y)))));
  }

  @Override
  public RoundResult round(RoundRequest request) {
    lastSequence = request.sequence();
    return roundTraffic.during(() -> rounds.run(request));
  }

  @Override
  public Optional<String> saveScores(int round) {
    return rounds.saveScores(round);
  }

  @Override
  public Predictions evaluate(EvaluationRequest request) {
    lastSequence = request.sequence();
    EvaluationData set = data.evaluation().get(request.dataSet());
    if (set == null) {
      throw new IllegalArgumentException("Invalid data set: there is no " + request.dataSet());
    }
    return evaluator.evaluate(request.sequence(), set, request.trained(), request.values());
  }

  /** Bytes of the sparse steps and of the rounds before them so far, from Spark's own metrics. */
  @Override
  public Optional<BytesMoved> bytesMoved() {
    // Once the last step's end is told, all of the rounds is.
    return Optional.of(traffic.soFar()).map(steps -> steps.with(roundTraffic.soFar()));
  }

  @Override
  public Optional<BytesMoved> bytesMovedSoFar() {
    return Optional.of(traffic.ofEndedSteps()).map(steps -> steps.with(roundTraffic.soFar()));
  }

  @Override
  public void close() {
    traffic.close();
    roundTraffic.close();
    rounds.close();
    Broadcasts.destroy(plan);
    model.close();
  }
}
