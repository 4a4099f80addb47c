package io.sparsetune.cli;

import io.sparsetune.cluster.SparkSessions;
import io.sparsetune.config.KeysWithoutEffect;
import io.sparsetune.config.RunConfig;
import io.sparsetune.config.RunConfigParser;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.error.InUseException;
import io.sparsetune.error.Printable;
import io.sparsetune.error.TakenOverException;
import io.sparsetune.error.UserException;
import io.sparsetune.files.StrictJson;
import io.sparsetune.hadoop.HadoopDefaults;
import io.sparsetune.hadoop.HadoopFiles;
import io.sparsetune.job.DryRun;
import io.sparsetune.job.Existing;
import io.sparsetune.job.TrainJob;
import io.sparsetune.progress.TrainingListener;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code train CONFIG}. */
@Command(
    name = "train",
    description = {
      "Trains a sparse fine-tuned model as a configuration says.",
      "An unfinished run in the output folder goes on; a finished one of the same configuration is",
      "the result."
    },
    footer = {
      "",
      "The keys of a configuration are in docs/configuration.md. By bin/sparsetune, --master"
          + " MASTER",
      "chooses the cluster, and what stands after -- goes to spark-submit."
    })
final class TrainCommand extends Common implements Callable<Integer> {
  private static final int LONGEST_CONFIG = 1 << 20;
  private static final String NOTHING = "Nothing was written.";

  @Parameters(paramLabel = "CONFIG", description = "A YAML file, local or on a Hadoop file system.")
  private String config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Overrides a key of the configuration, such as training.seed=2. Repeatable.")
  private List<String> overrides = new ArrayList<>();

  @ArgGroup(exclusive = true)
  private ExistingOptions existing = new ExistingOptions();

  /** What becomes of a run that is there. */
  private static final class ExistingOptions {
    @Option(
        names = "--overwrite",
        description =
            "Replace a run that is already in the output folder, finished or not, also one that"
                + " another command is at work on; its files go before training begins.")
    private boolean overwrite;

    @Option(
        names = "--take-over",
        description =
            "Go on with an unfinished run although another command seems to be at work on it;"
                + " that one ends at its next write.")
    private boolean takeOver;

    private Existing value() {
      return overwrite ? Existing.OVERWRITE : takeOver ? Existing.TAKE_OVER : Existing.GO_ON;
    }
  }

  @Option(
      names = "--dry-run",
      description = "Check everything and say what a run would do and need, without training.")
  private boolean dryRun;

  @Override
  public Integer call() {
    RunConfig run = read();
    KeysWithoutEffect.warnings(run)
        .forEach(warning -> session().terminal().err().println("Warning: " + warning));
    if (dryRun) {
      DryRun answer =
          session()
              .onSpark(
                  "sparsetune train --dry-run",
                  () -> NOTHING,
                  spark ->
                      new TrainJob(spark)
                          .dryRun(
                              new TrainJob.Request(run, existing.value(), TrainingListener.NONE)));
      out().print(answer.text());
    } else {
      TrainJob.Result result = train(session(), run, existing.value());
      TrainReport.lines(result).forEach(out()::println);
    }
    out().flush();
    return 0;
  }

  /** Trains on Spark and shows how it goes; the quick start trains the same way. */
  static TrainJob.Result train(Session session, RunConfig run, Existing existing) {
    ProgressDisplay progress =
        ProgressDisplay.ofProcess(session.terminal(), run.training().loggingSteps());
    Optional<TrainJob.Result> before =
        existing == Existing.OVERWRITE ? Optional.empty() : finishedBefore(run);
    if (before.isPresent()) {
      progress.finishedBefore();
      return before.get();
    }
    AtomicReference<TrainJob> job = new AtomicReference<>();
    AtomicReference<Configuration> hadoop = new AtomicReference<>();
    try {
      return session.onSpark(
          "sparsetune train " + run.output(),
          () -> progress.begun() ? left(run.output(), job.get().saveNow()) : NOTHING,
          spark -> {
            try {
              hadoop.set(spark.sparkContext().hadoopConfiguration());
              job.set(new TrainJob(spark));
              return job.get().run(new TrainJob.Request(run, existing, progress));
            } finally {
              progress.end();
            }
          });
    } catch (RuntimeException | Error e) {
      record(session, run, Optional.ofNullable(hadoop.get()), e);
      throw e;
    }
  }

  /** Leaves a failure in the run's folder, but not that another command is at work there. */
  private static void record(
      Session session, RunConfig run, Optional<Configuration> hadoop, Throwable failure) {
    if (session.interruption().happened()
        || failure instanceof InUseException
        || failure instanceof TakenOverException) {
      return;
    }
    TrainJob.recordFailure(
        run,
        Failures.codeOf(failure),
        Printable.message(Failures.inWords(failure)),
        hadoop.orElseGet(() -> HadoopDefaults.read(System.getenv())));
  }

  private static String left(String output, Optional<Integer> saved) {
    return saved
        .map(
            step ->
                "The run in %s is saved as it is after step %d; the same command goes on from there."
                    .formatted(output, step))
        .orElse(
            "The run in %s is unfinished; the same command goes on from what was saved last."
                .formatted(output));
  }

  /**
   * A finished run needs no Spark to be found. A driver that a cluster has started has to start
   * Spark all the same, or the cluster takes it for failed.
   */
  private static Optional<TrainJob.Result> finishedBefore(RunConfig run) {
    if (SparkSessions.isDriverInCluster()) {
      return Optional.empty();
    }
    try {
      return TrainJob.finished(run, HadoopDefaults.read(System.getenv()));
    } catch (UserException e) {
      // Spark may have settings by which the folder is found; else the job will say what is wrong.
      return Optional.empty();
    }
  }

  private RunConfig read() {
    if (!URI.matcher(config).matches()) {
      return RunConfigParser.read(Path.of(config), overrides);
    }
    byte[] bytes;
    try {
      bytes =
          HadoopFiles.file(config, HadoopDefaults.read(System.getenv()))
              .readAll(LONGEST_CONFIG)
              .array();
    } catch (DataException e) {
      throw new ConfigException(e.getMessage(), e);
    }
    String yaml;
    try {
      yaml = StrictJson.decode(config, ByteBuffer.wrap(bytes), 0);
    } catch (CorruptFileException e) {
      throw new ConfigException(e.getMessage());
    }
    return RunConfigParser.parse(yaml, config, overrides);
  }
}
