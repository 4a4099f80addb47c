package io.sparsetune.cli;

import io.sparsetune.hadoop.HadoopDefaults;
import io.sparsetune.job.ExportFormat;
import io.sparsetune.job.ExportJob;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code export RUN OUT --format FORMAT}. */
@Command(name = "export", description = "Writes a finished run in the format of another library.")
final class ExportCommand extends Common implements Callable<Integer> {
  @Mixin private RunOptions run;

  @Parameters(index = "1", paramLabel = "OUT", description = "Folder to write.")
  private String output;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      required = true,
      description = {
        "huggingface: a whole model for transformers, as merge writes it;",
        "peft: an adapter for PEFT, of method lora or of a mask over the weights of Linear layers;",
        "lt-sft: sparse differences for composable-sft."
      })
  private String format;

  @Option(names = "--overwrite", description = "Replace an export that is there already.")
  private boolean overwrite;

  @Override
  public Integer call() {
    ExportJob.Request request =
        new ExportJob.Request(run.path(), output, ExportFormat.of(format), run.model(), overwrite);
    ExportJob.Result result = new ExportJob(HadoopDefaults.read(System.getenv())).run(request);
    out()
        .println(
            String.format(
                Locale.ROOT,
                "%s: %,d trained parameters for %s",
                result.output(),
                result.trained(),
                format));
    out().flush();
    return 0;
  }
}
