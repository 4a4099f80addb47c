package io.sparsetune.cli;

import io.sparsetune.config.KeysWithoutEffect;
import io.sparsetune.error.ExitCode;
import io.sparsetune.experiments.Cell;
import io.sparsetune.experiments.CellState;
import io.sparsetune.experiments.Experiments;
import io.sparsetune.experiments.ExperimentsJob;
import io.sparsetune.hadoop.HadoopDefaults;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code experiments FOLDER}. */
@Command(
    name = "experiments",
    description = {
      "Trains all runs that a folder describes, one after the other, and puts their results in a"
          + " table.",
      "Runs that are finished are not trained again, one that was interrupted goes on, and one that",
      "fails does not stop the others."
    },
    footer = {
      "",
      "FOLDER has defaults.yaml, a configuration whose output is the folder of all runs, and",
      "  grid.yaml        tasks and methods: names, each with the keys that it changes;",
      "                   sparsities and seeds: lists of numbers",
      "  any other YAML   a run of its own: the keys that it changes",
      "The results are in that output: results.md, results.csv, and cells.csv for each run.",
      "docs/experiments.md says more. What stands after -- goes to spark-submit."
    })
final class ExperimentsCommand extends Common implements Callable<Integer> {
  @Parameters(paramLabel = "FOLDER", description = "Local, or on a Hadoop file system.")
  private String folder;

  @Option(
      names = "--only",
      paramLabel = "GLOB",
      description = "Train these only, such as 'cola/sam*'; * stands for anything. Repeatable.")
  private List<String> only = new ArrayList<>();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Overrides a key of defaults.yaml, such as model.path=FOLDER. Repeatable.")
  private List<String> overrides = new ArrayList<>();

  @Option(
      names = "--overwrite",
      description = "Replace runs whose configuration, data or model was another one.")
  private boolean overwrite;

  @Option(
      names = "--dry-run",
      description = "Check everything and list the runs, without training.")
  private boolean dryRun;

  @Override
  public Integer call() {
    Experiments experiments =
        Experiments.read(location(), overrides, HadoopDefaults.read(System.getenv()));
    ExperimentsJob.Request request =
        new ExperimentsJob.Request(experiments, experiments.named(only), overwrite);
    warn(request.chosen());
    ExperimentsProgress progress = new ExperimentsProgress(session());
    AtomicReference<ExperimentsJob> running = new AtomicReference<>();
    session()
        .onSpark(
            "sparsetune experiments " + folder,
            () -> {
              Optional.ofNullable(running.get()).ifPresent(ExperimentsJob::saveNow);
              return "Finished runs, and the state of the one in training, are kept in %s; the same command goes on from there."
                  .formatted(experiments.output());
            },
            spark -> {
              ExperimentsJob job = new ExperimentsJob(spark);
              running.set(job);
              ExperimentsJob.Result result =
                  dryRun ? job.dryRun(request, progress) : job.run(request, progress);
              print(request, result);
              result.requireAll();
              return result;
            });
    return ExitCode.DONE.number();
  }

  private void print(ExperimentsJob.Request request, ExperimentsJob.Result result) {
    if (dryRun) {
      list(request, result);
    } else {
      out().print(result.table());
      out()
          .println(
              "Results: " + request.experiments().output() + "/results.md, results.csv, cells.csv");
    }
    out().flush();
  }

  /** Says of each key without effect once in how many of the runs it has none. */
  private void warn(List<Cell> chosen) {
    Map<String, Integer> cells = new LinkedHashMap<>();
    for (Cell cell : chosen) {
      KeysWithoutEffect.warnings(cell.config())
          .forEach(warning -> cells.merge(warning, 1, Integer::sum));
    }
    cells.forEach(
        (warning, count) ->
            session()
                .terminal()
                .err()
                .println("Warning: %s (%d of %d runs)".formatted(warning, count, chosen.size())));
  }

  private void list(ExperimentsJob.Request request, ExperimentsJob.Result result) {
    List<String> chosen = request.chosen().stream().map(Cell::name).toList();
    int toTrain = 0;
    for (Map.Entry<String, CellState> cell : result.states().entrySet()) {
      CellState state = cell.getValue();
      boolean trains =
          chosen.contains(cell.getKey())
              && (state instanceof CellState.Open || state instanceof CellState.Other && overwrite);
      toTrain += trains ? 1 : 0;
      String why = !trains && state instanceof CellState.Other other ? ": " + other.why() : "";
      out().printf("%-9s %s%s%n", word(state, trains), cell.getKey(), why);
    }
    out().printf("%,d of %,d to train%n", toTrain, result.states().size());
  }

  private static String word(CellState state, boolean trains) {
    if (trains) {
      return "train";
    }
    return state instanceof CellState.Finished
        ? "finished"
        : state instanceof CellState.Other ? "other" : "—";
  }

  /** A path without a scheme is a local one, as a configuration's. */
  private String location() {
    return URI.matcher(folder).matches()
        ? folder
        : Path.of(folder).toAbsolutePath().toUri().toString();
  }
}
