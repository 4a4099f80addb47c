package io.sparsetune.cli;

import io.sparsetune.compose.ComposeReport;
import io.sparsetune.compose.Rule;
import io.sparsetune.error.ConfigException;
import io.sparsetune.hadoop.HadoopDefaults;
import io.sparsetune.job.ComposeJob;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code compose RUN… --out RUN}. */
@Command(name = "compose", description = "Makes one run of several runs of the same base.")
final class ComposeCommand extends Common implements Callable<Integer> {
  @Parameters(arity = "1..*", paramLabel = "RUN", description = "Folders of finished runs.")
  private List<String> runs;

  @Option(names = "--out", paramLabel = "RUN", required = true, description = "Folder to write.")
  private String out;

  @Option(
      names = "--rule",
      paramLabel = "RULE",
      defaultValue = "add",
      description = {
        "What becomes of a position that several runs train:",
        "add: the sum of what they add to the base;",
        "mean: the sum divided by the number of runs;",
        "ties: the mean of those that have the sign of the sum (Yadav et al. 2023)."
      })
  private Rule rule;

  @Option(
      names = "--density",
      paramLabel = "SHARE",
      defaultValue = "1",
      description =
          "For ties: share of each run's own changes that is kept, the largest first. A mask has"
              + " left out most of the model already.")
  private double density;

  @Option(
      names = "--head",
      paramLabel = "RUN",
      description = "Which of the runs' heads and tasks the result has; needed where they differ.")
  private String head;

  @Option(
      names = "--model",
      paramLabel = "PATH",
      description = "Where the base model is now, if it has moved since the runs.")
  private String model;

  @Option(names = "--overwrite", description = "Replace a run that is there already.")
  private boolean overwrite;

  @Override
  public Integer call() {
    if (runs.size() < 2) {
      throw new ConfigException(
          "Cannot compose one run: give two or more, %s and another".formatted(runs.get(0)));
    }
    if (!(density > 0 && density <= 1)) {
      throw new ConfigException(
          "Invalid --density: %s; it is a share in (0, 1]".formatted(density));
    }
    if (density < 1 && rule != Rule.TIES) {
      throw new ConfigException(
          "Invalid --density: only --rule ties leaves something out; remove it, or add --rule"
              + " ties");
    }
    ComposeJob.Result result =
        new ComposeJob(HadoopDefaults.read(System.getenv()))
            .run(
                new ComposeJob.Request(
                    runs,
                    out,
                    rule,
                    density,
                    Optional.ofNullable(head),
                    Optional.ofNullable(model),
                    overwrite));
    result.warnings().forEach(warning -> session().terminal().err().println("Warning: " + warning));
    report(result);
    out().flush();
    return 0;
  }

  private void report(ComposeJob.Result result) {
    ComposeReport report = result.report();
    AlignedTable table = new AlignedTable();
    table.row("runs", "both train", "signs differ", "Jaccard");
    for (ComposeReport.Pair pair : report.pairs()) {
      table.row(
          name(result, pair.first()) + " + " + name(result, pair.second()),
          count(pair.both()),
          count(pair.conflicting()),
          String.format(Locale.ROOT, "%.4f", pair.jaccard()));
    }
    table.lines().forEach(out()::println);
    out()
        .println(
            String.format(
                Locale.ROOT,
                "%,d positions in all; several runs train %,d, and pull %,d apart",
                report.union(),
                report.shared(),
                report.conflicting()));
    out().println(String.format(Locale.ROOT, "%s: k = %,d", result.output(), result.k()));
  }

  private String name(ComposeJob.Result result, String runId) {
    return runs.get(result.runIds().indexOf(runId));
  }

  private static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }
}
