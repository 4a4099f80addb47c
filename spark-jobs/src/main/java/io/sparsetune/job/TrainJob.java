package io.sparsetune.job;

import io.sparsetune.cluster.ClusterShape;
import io.sparsetune.cluster.Jobs;
import io.sparsetune.config.ConfigDifferences;
import io.sparsetune.config.RunConfig;
import io.sparsetune.data.RowSample;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.error.DivergedException;
import io.sparsetune.error.ExitCode;
import io.sparsetune.error.InUseException;
import io.sparsetune.error.TakenOverException;
import io.sparsetune.executor.SparkStepExecutor;
import io.sparsetune.hadoop.FolderClaim;
import io.sparsetune.hadoop.HadoopFolder;
import io.sparsetune.interop.HuggingFaceFolder;
import io.sparsetune.memory.Heaps;
import io.sparsetune.memory.MemoryEstimate;
import io.sparsetune.memory.TrainedSizes;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.progress.TrainingPlan;
import io.sparsetune.run.RunData;
import io.sparsetune.run.RunInputs;
import io.sparsetune.run.RunResult;
import io.sparsetune.run.RunState;
import java.util.ArrayList;
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
   * @param existing what becomes of a run that is in the output folder already
   * @param progress hears how it goes
   */
  public record Request(RunConfig config, Existing existing, TrainingListener progress) {}

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
      String trafficLine) {

    /** The result of a run that was finished before; without traffic. */
    static Result of(String output, RunResult result) {
      RunResult.Training training = result.training().orElseThrow();
      return new Result(
          output,
          result.n(),
          (int) result.k(),
          (int) result.head(),
          training.steps(),
          training.bestStep(),
          result.metric(),
          result.scores().getOrDefault(RunData.VALIDATION, Map.of()),
          result.scores().getOrDefault(RunData.TEST, Map.of()),
          result.deltaSha256().orElse(""),
          "");
    }
  }

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

  private volatile Optional<Training> current = Optional.empty();

  private final InputHashes inputs = new InputHashes();

  public TrainJob(SparkSession session) {
    this.session = session;
    this.hadoop = session.sparkContext().hadoopConfiguration();
  }

  /**
   * Trains. The output folder is complete only when it has {@code _SUCCESS}; what was logged and
   * saved before a failure stays in it, and the same request goes on from there.
   *
   * @throws ConfigException for a configuration that does not fit the model, the data or the
   *     cluster, and for an output folder that is not free
   * @throws DataException for data or files that cannot be used
   * @throws DivergedException when a loss, a gradient or an output is not finite
   * @throws InUseException when another command is at work in the output folder
   * @throws TakenOverException when another command has taken the run over
   */
  public Result run(Request request) {
    RunConfig config = request.config();
    RunFolder folder = RunFolder.toTrain(config, request.existing(), hadoop);
    try (FolderClaim claim = folder.claim(request.progress()::warned)) {
      return run(request, folder);
    }
  }

  /** Trains into a folder that is this command's. */
  Result run(Request request, RunFolder folder) {
    RunConfig config = request.config();
    // Another command may have finished the run before it let the folder go.
    Optional<Result> before = finishedBefore(request, folder.look(config));
    if (before.isPresent()) {
      folder.removeLeft();
      return before.get();
    }
    Preparation run = prepare(config);
    MemoryEstimate memory = memory(run);
    memory.check();
    TrainedSizes sizes = sizes(run);
    folder.requireRoom(sizes.k() + sizes.head());
    try (Training training =
        new Training(session, folder, run, memory.scoresAtOnce(), request.progress())) {
      current = Optional.of(training);
      // One that is taken over may have gone on meanwhile, even to the end.
      RunState there = folder.look(config);
      return finishedBefore(request, there).orElseGet(() -> training.run(there));
    } finally {
      current = Optional.empty();
      Jobs.endGroup(session.sparkContext());
    }
  }

  private static Optional<Result> finishedBefore(Request request, RunState there) {
    if (there instanceof RunState.Finished finished) {
      request.progress().finishedBefore();
      return Optional.of(Result.of(request.config().output(), finished.result()));
    }
    return Optional.empty();
  }

  /**
   * Saves the state of the training that runs, from any thread, since the process is about to end.
   *
   * @return steps done in what is saved; empty where nothing runs, or nothing could be saved
   */
  public Optional<Integer> saveNow() {
    return current.flatMap(Training::saveNow);
  }

  /**
   * Leaves {@code failure.json} in the run's folder, where a command has ended by itself without a
   * result. A run that diverged has left its own.
   *
   * @param message as the command said it
   */
  public static void recordFailure(
      RunConfig config, ExitCode code, String message, Configuration hadoop) {
    if (code != ExitCode.DIVERGED) {
      RunFolder.recordFailure(config, code, message, hadoop);
    }
  }

  /**
   * The result of a run of that configuration that is finished already. What it read is not looked
   * at again.
   */
  public static Optional<Result> finished(RunConfig config, Configuration hadoop) {
    HadoopFolder folder = HadoopFolder.of(config.output(), hadoop);
    if (RunState.of(folder) instanceof RunState.Finished finished
        && finished.result().training().isPresent()
        && ConfigDifferences.of(finished.manifest().config(), config).isEmpty()) {
      RunFolder.removeLeft(folder);
      return Optional.of(Result.of(config.output(), finished.result()));
    }
    return Optional.empty();
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
    // Which run it is, is known once its data are read.
    Jobs.group(session.sparkContext(), config.output());
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
    RunFolder.toTrain(config, request.existing(), hadoop);
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
    List<String> sample =
        Jobs.named(
            session.sparkContext(),
            "sample of data.train",
            () -> RowSample.of(session, config.task(), config.data(), SAMPLE));
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
}
