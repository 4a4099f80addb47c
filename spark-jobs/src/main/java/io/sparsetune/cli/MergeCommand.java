package io.sparsetune.cli;

import io.sparsetune.hadoop.HadoopDefaults;
import io.sparsetune.job.MergeJob;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code merge RUN OUT}. */
@Command(
    name = "merge",
    description = "Writes a finished run as a whole model that transformers loads.")
final class MergeCommand extends Common implements Callable<Integer> {
  @Mixin private RunOptions run;

  @Parameters(index = "1", paramLabel = "OUT", description = "Folder to write.")
  private String output;

  @Option(names = "--overwrite", description = "Replace a model that is there already.")
  private boolean overwrite;

  @Override
  public Integer call() {
    MergeJob.Result result =
        new MergeJob(HadoopDefaults.read(System.getenv()))
            .run(new MergeJob.Request(run.path(), output, run.model(), overwrite));
    out()
        .println(
            String.format(
                Locale.ROOT,
                "%s: %,d parameters, %,d of them trained",
                result.output(),
                result.parameters(),
                result.changed()));
    out().flush();
    return 0;
  }
}
