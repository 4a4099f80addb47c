package io.sparsetune.cli;

import io.sparsetune.job.PredictJob;
import io.sparsetune.job.PredictJob.OutputFormat;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code predict RUN --data FILE --out DIR}. */
@Command(
    name = "predict",
    description =
        "Writes the rows with the columns prediction, probability and probabilities added.")
final class PredictCommand extends Common implements Callable<Integer> {
  @Mixin private RunOptions run;
  @Mixin private Rows rows;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Folder to write, on any Hadoop file system.")
  private String out;

  @Option(
      names = "--output-format",
      paramLabel = "FORMAT",
      defaultValue = "jsonl",
      description = "jsonl or parquet.")
  private OutputFormat outputFormat;

  @Option(
      names = "--logits",
      description = "Write the model's outputs too, in the labels' order: the column logits.")
  private boolean logits;

  @Option(names = "--overwrite", description = "Replace predictions that are there already.")
  private boolean overwrite;

  @Override
  public Integer call() {
    PredictJob.Request request =
        new PredictJob.Request(
            run.path(),
            run.model(),
            rows.data(),
            rows.format(),
            out,
            outputFormat,
            logits,
            overwrite);
    PredictJob.Result result =
        session()
            .onSpark(
                "sparsetune predict " + run.path(),
                () -> "No predictions were written.",
                spark -> new PredictJob(spark).run(request));
    out()
        .println(
            String.format(
                Locale.ROOT,
                "%s: %,d rows%s",
                result.output(),
                result.rows(),
                EvaluateCommand.notes(result.truncated(), 0)));
    out().flush();
    return 0;
  }
}
