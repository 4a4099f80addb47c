package io.sparsetune.job;

import io.sparsetune.cluster.ClusterShape;
import io.sparsetune.config.RunConfig;
import io.sparsetune.data.RowSample;
import io.sparsetune.delta.DeltaFile;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.error.DivergedException;
import io.sparsetune.error.TakenOverException;
import io.sparsetune.executor.SparkStepExecutor;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.RunFiles;
import io.sparsetune.files.Sha256;
import io.sparsetune.interop.HuggingFaceFolder;
import io.sparsetune.memory.Heaps;
import io.sparsetune.memory.MemoryEstimate;
import io.sparsetune.memory.TrainedSizes;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.progress.TrainingPlan;
import io.sparsetune.run.MetricsLog;
import io.sparsetune.run.RunIdentity;
import io.sparsetune.run.RunInputs;
import io.sparsetune.task.Metric;
import io.sparsetune.task.Metrics;
import io.sparsetune.task.TaskType;
import io.sparsetune.train.EvaluationRequest;
import io.sparsetune.train.StepExecutor;
import io.sparsetune.train.TrainingLoop;
import io.sparsetune.train.TrainingResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

/**
 * Trains sparse fine-tuned models and writes their runs' files. Runs that follow each other on the
 * same data read them once. For one thread.
 */
public final class TrainJob {
  private static final int SAMPLE = 3;

  /**
   * A run to train.
   *
   * @param config what to train
   * @param overwrite whether a run that is already in the output folder may be replaced
   * @param progress hears how it goes
   */
  public record Request(RunConfig config, boolean overwrite, TrainingListener progress) {}

  /**
   * What a finished run has to say; {@code result.json} in short.
   *
   * @param output the run's folder
   * @param n parameters that the mask ranges over
   * @param k size of the mask; the head is not counted
   * @param head parameters of the head, trained whole
   * @param steps steps done, which early stopping may have made fewer than planned
   * @param bestStep the step whose values were kept
   * @param metric the task's metric, by which it was chosen
   * @param validation every metric that fits the task at {@code bestStep}, by name
   * @param test the same on the test data; empty without test data
   * @param deltaSha256 of {@code delta.safetensors}, hex
   * @param trafficLine bytes a step to and from the driver beside 4·n, in words
   */
  public record Result(
      String output,
      long n,
      int k,
      int head,
      long steps,
      long bestStep,
      String metric,
      Map<String, Double> validation,
      Map<String, Double> test,
      String deltaSha256,
      String trafficLine) {}

  /**
   * What a run would train.
   *
   * @param n parameters that the mask ranges over
   * @param k size of the mask
   * @param head parameters trained beside it
   * @param steps planned
   */
  public record Check(long n, long k, long head, int steps) {}

  private final SparkSession session;
  private final Configuration hadoop;

  /** The last run's: the next one may have the same base and data. */
  private Optional<Preparation> last = Optional.empty();

  private final InputHashes inputs = new InputHashes();

  public TrainJob(SparkSession session) {
    this.session = session;
    this.hadoop = session.sparkContext().hadoopConfiguration();
  }

  /**
   * Trains. The output folder is complete only when it has {@code _SUCCESS}; what was logged before
   * a failure stays in it.
   *
   * @throws ConfigException for a configuration that does not fit the model, the data or the
   *     cluster, and for an output folder that is not free
   * @throws DataException for data or files that cannot be used
   * @throws DivergedException when a loss, a gradient or an output is not finite
   * @throws TakenOverException when another command has begun a run in the output folder
   */
  public Result run(Request request) {
    RunConfig config = request.config();
    RunFolder folder = RunFolder.toWrite(config.output(), request.overwrite(), hadoop);
    Preparation run = prepare(config);
    MemoryEstimate memory = memory(run);
    memory.check();
    TrainedSizes sizes = sizes(run);
    folder.requireRoom(sizes.k() + sizes.head());
    try (SparkStepExecutor executor =
        new SparkStepExecutor(
            session,
            run.shipped(),
            run.spec(),
            config.training().seed(),
            run.sparkData(memory.scoresAtOnce()))) {
      RunIdentity identity = run.identity();
      String manifest = TrainManifest.of(session, run, identity, executor.arithmetic()).text();
      folder.begin();
      folder.write(RunFiles.RUN, manifest);
      try (MetricsLog log =
          MetricsLog.begin(
              text -> folder.write(RunFiles.METRICS, text),
              config.training().loggingSteps(),
              request.progress())) {
        log.headStarts(run.head());
        if (run.textsCut() > 0) {
          log.textsCut(run.textsCut(), run.texts(), config.data().maxSeqLength());
        }
        TrainingResult result =
            new TrainingLoop(run.spec().layout(), run.config(), executor, log).run();
        // Nothing is written after _SUCCESS.
        log.flush();
        return finish(folder, run, identity, executor, result, log.elapsed());
      }
    }
  }

  /**
   * Opens the base and the data, and checks that they and the memory are enough for a run. The
   * output is not looked at, weights are not read.
   *
   * @throws ConfigException for a configuration that does not fit the model, the data or the
   *     cluster
   * @throws DataException for data or files that cannot be used
   */
  public Check check(RunConfig config) {
    Preparation run = prepare(config);
    memory(run).check();
    SparkStepExecutor.arithmetic(session, config.training().precision());
    TrainedSizes sizes = sizes(run);
    return new Check(
        sizes.n(),
        sizes.k(),
        sizes.head(),
        TrainingPlan.of(config, run.train().examples()).steps());
  }

  /**
   * Opens and reads what the run would, and tells it apart by content. What was hashed once is not
   * looked at again.
   *
   * @throws ConfigException as {@link #check}
   * @throws DataException as {@link #check}
   */
  public RunInputs inputs(RunConfig config) {
    return inputs.of(config, written -> Preparation.opened(session, written), this::prepare);
  }

  private Preparation prepare(RunConfig config) {
    if (last.filter(before -> before.serves(config)).isPresent()) {
      last = last.map(before -> before.with(session, config));
    } else {
      last.ifPresent(Preparation::release);
      last = Optional.empty();
      last = Optional.of(Preparation.of(session, config));
    }
    return last.orElseThrow();
  }

  /**
   * Opens and reads everything that the run would, and trains nothing.
   *
   * @throws ConfigException for a configuration that does not fit the model or the data
   * @throws DataException for data or files that cannot be used
   */
  public DryRun dryRun(Request request) {
    RunConfig config = request.config();
    RunFolder.toWrite(config.output(), request.overwrite(), hadoop);
    Preparation run = prepare(config);
    MemoryEstimate memory = memory(run);
    SparkStepExecutor.arithmetic(session, config.training().precision());
    List<String> warnings = new ArrayList<>();
    warnings.addAll(config.method().method().warnings(problem(run)));
    ClusterShape.of(session).warning().ifPresent(warnings::add);
    warnings.addAll(memory.problems());
    mergeProblem(run).ifPresent(warnings::add);
    // Reads every weight, and finds those that are no numbers.
    run.identity();
    List<String> sample = RowSample.of(session, config.task(), config.data(), SAMPLE);
    return DryRun.of(run, sample, sizes(run), memory, warnings);
  }

  /** What merge will say of the run when it is too late. */
  private static Optional<String> mergeProblem(Preparation run) {
    try {
      HuggingFaceFolder.requireMergeable(run.spec());
      return Optional.empty();
    } catch (ConfigException e) {
      return Optional.of("merge will refuse this run: " + e.getMessage());
    }
  }

  private static MaskProblem problem(Preparation run) {
    RunConfig config = run.config();
    return new MaskProblem(run.spec().layout(), config.method(), config.training().seed());
  }

  private MemoryEstimate memory(Preparation run) {
    return MemoryEstimate.of(
        Heaps.of(session),
        run.config(),
        run.spec(),
        problem(run),
        run.train().shards().getNumPartitions());
  }

  private static TrainedSizes sizes(Preparation run) {
    return TrainedSizes.of(problem(run));
  }

  private static Result finish(
      RunFolder folder,
      Preparation run,
      RunIdentity identity,
      StepExecutor executor,
      TrainingResult result,
      double seconds) {
    SparseDelta delta =
        new SparseDelta(
            identity.delta(run.config(), run.spec(), run.train().labels(), result),
            result.trained(),
            result.values());
    byte[] bytes = bytes(delta);
    DeltaFile.requireReadable(ByteSource.of(RunFiles.DELTA, bytes));
    folder.write(RunFiles.DELTA, out -> out.write(bytes));
    long sequence = result.lastSequence();
    Map<String, Map<String, Double>> scores = new LinkedHashMap<>();
    for (String set : new String[] {Preparation.VALIDATION, Preparation.TEST}) {
      if (run.evaluation().containsKey(set)) {
        EvaluationRequest request =
            new EvaluationRequest(++sequence, set, result.trained(), result.values());
        scores.put(
            set, byName(run.config().task().type(), Metrics.scores(executor.evaluate(request))));
      }
    }
    RunSummary summary =
        new RunSummary(run, result, scores, Sha256.hex(bytes), bytes.length, seconds);
    folder.write(RunFiles.RESULT, summary.file().text());
    folder.complete();
    return summary.result();
  }

  private static byte[] bytes(SparseDelta delta) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      DeltaFile.write(delta, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** Scores by their names; choices are no classes and have accuracy alone. */
  static Map<String, Double> byName(TaskType type, Map<Metric, Double> scores) {
    Map<String, Double> named = new LinkedHashMap<>();
    scores.forEach(
        (metric, score) -> {
          if (type != TaskType.MULTIPLE_CHOICE || metric == Metric.ACCURACY) {
            named.put(metric.key(), score);
          }
        });
    return named;
  }
}
