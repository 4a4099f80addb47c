package io.sparsetune.cli;

import io.sparsetune.hadoop.HadoopDefaults;
import io.sparsetune.job.UndoJob;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code undo MERGED OUT}. */
@Command(name = "undo", description = "Writes the base that a merged model came from, bit for bit.")
final class UndoCommand extends Common implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "MERGED",
      description = "Folder that merge or export --format huggingface wrote.")
  private String merged;

  @Parameters(index = "1", paramLabel = "OUT", description = "Folder to write.")
  private String output;

  @Option(names = "--overwrite", description = "Replace a model that is there already.")
  private boolean overwrite;

  @Override
  public Integer call() {
    String base =
        new UndoJob(HadoopDefaults.read(System.getenv()))
            .run(new UndoJob.Request(merged, output, overwrite))
            .baseFingerprint();
    out().println(output + ": the base " + base);
    out().flush();
    return 0;
  }
}
