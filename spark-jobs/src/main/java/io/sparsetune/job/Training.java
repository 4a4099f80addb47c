package io.sparsetune.job;

import io.sparsetune.checkpoint.Checkpoints;
import io.sparsetune.checkpoint.StateSaver;
import io.sparsetune.checkpoint.StateSaver.Manner;
import io.sparsetune.checkpoint.StateSaver.Schedule;
import io.sparsetune.cluster.ClusterShape;
import io.sparsetune.cluster.Jobs;
import io.sparsetune.cluster.TrainingMetrics;
import io.sparsetune.config.RunConfig;
import io.sparsetune.config.TrainingConfig.Saving;
import io.sparsetune.delta.DeltaFile;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.DivergedException;
import io.sparsetune.executor.SavedRounds;
import io.sparsetune.executor.SparkStepExecutor;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.RunFiles;
import io.sparsetune.files.Sha256;
import io.sparsetune.method.WholeMethod;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.progress.TrainingPlan;
import io.sparsetune.run.MetricsLog;
import io.sparsetune.run.RunFailure;
import io.sparsetune.run.RunIdentity;
import io.sparsetune.run.RunManifest;
import io.sparsetune.run.RunState;
import io.sparsetune.store.RoundStore;
import io.sparsetune.task.Metric;
import io.sparsetune.task.Metrics;
import io.sparsetune.task.TaskType;
import io.sparsetune.train.EvaluationRequest;
import io.sparsetune.train.TrainingLoop;
import io.sparsetune.train.TrainingResult;
import io.sparsetune.train.TrainingState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;

/**
 * One training on Spark, from the first step or from where an interrupted one left off, to the
 * files of a finished run.
 */
final class Training implements AutoCloseable {
  /** Within the folder of the checkpoints. */
  private static final String ROUNDS = "rounds";

  /** How long the change from one state to the next may take when the process is about to end. */
  private static final Duration PATIENCE = Duration.ofSeconds(6);

  private static final int SHORT_ID = 12;

  private final SparkSession session;
  private final RunFolder folder;
  private final Preparation run;
  private final RunConfig config;
  private final TrainingListener progress;
  private final RunIdentity identity;
  private final Checkpoints checkpoints;
  private final RoundStore rounds;
  private final SparkStepExecutor executor;
  private volatile Optional<StateSaver> saver = Optional.empty();

  /**
   * @param scoresAtOnce parameters whose scores a task may sum in one pass over the data
   */
  Training(
      SparkSession session,
      RunFolder folder,
      Preparation run,
      long scoresAtOnce,
      TrainingListener progress) {
    this.session = session;
    this.folder = folder;
    this.run = run;
    this.config = run.config();
    this.progress = progress;
    this.identity = run.identity();
    Jobs.group(session.sparkContext(), shortId(identity));
    progress.identified(shortId(identity));
    this.checkpoints = new Checkpoints(folder.checkpoints());
    this.rounds = rounds();
    this.executor =
        new SparkStepExecutor(
            session,
            run.shipped(),
            run.spec(),
            config.training().seed(),
            run.sparkData(scoresAtOnce),
            rounds);
  }

  /** Enough of the run's id to tell it from others, in the names of jobs and in the log. */
  private static String shortId(RunIdentity identity) {
    return identity.runId().substring(0, SHORT_ID);
  }

  /** The store of dense rounds; other runs need none. */
  private RoundStore rounds() {
    if (TrainingPlan.of(config, run.train().examples()).rounds().isEmpty()) {
      return RoundStore.NONE;
    }
    return SavedRounds.in(
        config.output() + "/" + RunFiles.CHECKPOINTS + "/" + ROUNDS,
        session.sparkContext().hadoopConfiguration(),
        ClusterShape.of(session),
        identity.runId(),
        Duration.ofSeconds(config.training().saving().denseSeconds()),
        progress::warned);
  }

  /**
   * Trains.
   *
   * @param there the state of the output folder
   */
  TrainJob.Result run(RunState there) {
    RunManifest here = TrainManifest.of(session, run, identity, executor.arithmetic());
    if (there instanceof RunState.Unfinished unfinished) {
      Resumption from =
          Resumption.of(
              folder,
              checkpoints,
              unfinished.manifest().orElseThrow(),
              here,
              run.spec().layout(),
              progress);
      folder.goOn(from.manifest().text());
      return run(from);
    }
    folder.begin(here.text());
    return run(Resumption.none(here));
  }

  private TrainJob.Result run(Resumption from) {
    List<String> lines = from.state().map(folder::metricsUpTo).orElse(List.of());
    try (TrainingMetrics metrics =
            TrainingMetrics.show(session.sparkContext(), executor::bytesMovedSoFar);
        MetricsLog log =
            MetricsLog.goOn(
                text -> folder.write(RunFiles.METRICS, text),
                config.training().loggingSteps(),
                progress.and(metrics),
                lines,
                from.tally(),
                from.seconds())) {
      log.headStarts(run.head());
      if (run.textsCut() > 0) {
        log.textsCut(run.textsCut(), run.texts(), config.data().maxSeqLength());
      }
      if (!from.manifest().attempts().isEmpty()) {
        log.resumed(from.state().map(TrainingState::step).orElse(0));
      }
      try (StateSaver states = saver(from, log)) {
        saver = Optional.of(states);
        TrainingResult result =
            new TrainingLoop(run.spec().layout(), config, executor, log, states)
                .run(from.takeState());
        log.flush();
        TrainJob.Result written = write(result.with(from.with(result.bytesMoved())), log.elapsed());
        // Nothing is written after _SUCCESS.
        states.close();
        folder.complete();
        return written;
      } catch (DivergedException e) {
        // Whoever went on with it would come to the same end.
        folder.write(
            RunFiles.FAILURE,
            RunFailure.now(Optional.of(identity.runId()), e.exitCode(), e.getMessage()).text());
        folder.removeCheckpoints();
        throw e;
      }
    }
  }

  private StateSaver saver(Resumption from, MetricsLog log) {
    OldRounds old = new OldRounds(rounds, roundsDone(from.state()), log::warned);
    Saving often = config.training().saving();
    Schedule schedule =
        config.method().method() instanceof WholeMethod
            ? new Schedule(Duration.ofSeconds(often.denseSeconds()), Manner.WAITING)
            : new Schedule(Duration.ofSeconds(often.seconds()), Manner.ASIDE);
    return new StateSaver(
        checkpoint -> {
          // The log has at least the lines up to the checkpoint's step.
          log.flush();
          folder.write(checkpoints, checkpoint);
          old.written(roundsDone(Optional.of(checkpoint.state())));
        },
        schedule,
        new StateSaver.Run(
            identity.runId(),
            log::tally,
            log::elapsed,
            () -> from.with(executor.bytesMovedSoFar())),
        why ->
            log.warned(
                "the training's state cannot be saved, and the training goes on without: " + why));
  }

  private static int roundsDone(Optional<TrainingState> state) {
    return state.map(reached -> reached.rounds().size()).orElse(0);
  }

  /** Writes everything but the mark of completeness. */
  private TrainJob.Result write(TrainingResult result, double seconds) {
    SparseDelta delta =
        new SparseDelta(
            identity.delta(config, run.spec(), run.train().labels(), result),
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
        scores.put(set, byName(config.task().type(), Metrics.scores(executor.evaluate(request))));
      }
    }
    RunSummary summary =
        new RunSummary(run, result, scores, Sha256.hex(bytes), bytes.length, seconds);
    folder.write(RunFiles.RESULT, summary.file().text());
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

  /**
   * Saves the state of this moment, from any thread.
   *
   * @return steps done in what is saved; empty where nothing could be
   */
  Optional<Integer> saveNow() {
    return saver.flatMap(states -> states.saveNow(PATIENCE));
  }

  @Override
  public void close() {
    executor.close();
  }
}
