package io.sparsetune.cli;

import io.sparsetune.error.Shown;
import io.sparsetune.hadoop.HadoopDefaults;
import io.sparsetune.job.ImportJob;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code import ADAPTER --base MODEL --out RUN}. */
@Command(
    name = "import",
    description = "Makes a finished run of a LoRA adapter that PEFT saved.",
    footer = {
      "",
      "The run is evaluated, used and merged like one that was trained here. What the adapter does"
          + " not say, such as the columns of the task, is set with --set."
    })
final class ImportCommand extends Common implements Callable<Integer> {
  @Parameters(paramLabel = "ADAPTER", description = "Folder with adapter_config.json.")
  private String adapter;

  @Option(
      names = "--base",
      paramLabel = "MODEL",
      required = true,
      description = "The base model that the adapter was trained on.")
  private String base;

  @Option(names = "--out", paramLabel = "RUN", required = true, description = "Folder to write.")
  private String output;

  @Option(
      names = "--labels",
      paramLabel = "LABEL",
      split = ",",
      description =
          "Names of the outputs, in their order, with commas between them; otherwise those that an"
              + " export of SparseTune has beside the adapter, or the base's own.")
  private List<String> labels = new ArrayList<>();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Sets a key of the run's configuration, such as task.text=sentence. Repeatable.")
  private List<String> overrides = new ArrayList<>();

  @Option(names = "--overwrite", description = "Replace a run that is there already.")
  private boolean overwrite;

  @Override
  public Integer call() {
    ImportJob.Result result =
        new ImportJob(HadoopDefaults.read(System.getenv()))
            .run(new ImportJob.Request(adapter, base, output, labels, overrides, overwrite));
    out()
        .println(
            String.format(
                Locale.ROOT,
                "%s: %,d parameters of LoRA, %,d of the head%s",
                result.output(),
                result.k(),
                result.head(),
                result.labels().isEmpty() ? "" : "; labels [" + Shown.list(result.labels()) + "]"));
    out().flush();
    return 0;
  }
}
