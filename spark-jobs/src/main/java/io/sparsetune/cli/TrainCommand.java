package io.sparsetune.cli;

import io.sparsetune.config.KeysWithoutEffect;
import io.sparsetune.config.RunConfig;
import io.sparsetune.config.RunConfigParser;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.files.StrictJson;
import io.sparsetune.hadoop.HadoopDefaults;
import io.sparsetune.hadoop.HadoopFiles;
import io.sparsetune.job.DryRun;
import io.sparsetune.job.TrainJob;
import io.sparsetune.progress.TrainingListener;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code train CONFIG}. */
@Command(
    name = "train",
    description = "Trains a sparse fine-tuned model as a configuration says.",
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

  @Option(
      names = "--overwrite",
      description =
          "Replace a run that is already in the output folder; its files go before training"
              + " begins.")
  private boolean overwrite;

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
                          .dryRun(new TrainJob.Request(run, overwrite, TrainingListener.NONE)));
      out().print(answer.text());
    } else {
      TrainJob.Result result = train(session(), run, overwrite);
      TrainReport.lines(result).forEach(out()::println);
    }
    out().flush();
    return 0;
  }

  /** Trains on Spark and shows how it goes; the quick start trains the same way. */
  static TrainJob.Result train(Session session, RunConfig run, boolean overwrite) {
    ProgressDisplay progress =
        new ProgressDisplay(session.terminal(), run.training().loggingSteps(), System::nanoTime);
    String left =
        run.output()
            + " is left without _SUCCESS: an unfinished run; train again with --overwrite.";
    return session.onSpark(
        "sparsetune train " + run.output(),
        () -> progress.begun() ? left : NOTHING,
        spark -> {
          try {
            return new TrainJob(spark).run(new TrainJob.Request(run, overwrite, progress));
          } finally {
            progress.end();
          }
        });
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
      throw new ConfigException(e.getMessage());
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
