package io.sparsetune.job;

import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.export.HuggingFaceFolder;
import io.sparsetune.hadoop.HadoopFolder;
import io.sparsetune.hadoop.HadoopModels;
import io.sparsetune.model.BaseModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.conf.Configuration;

/** Writes a finished run as a whole model in Hugging Face's format. Needs no Spark session. */
public final class MergeJob {
  private final Configuration hadoop;

  public MergeJob(Configuration hadoop) {
    this.hadoop = hadoop;
  }

  /**
   * Merges.
   *
   * @throws ConfigException where transformers has no such model, or the output folder is not free
   * @throws DataException where the base is not the one that the run was trained on
   */
  public MergeResult run(MergeRequest request) {
    FinishedRun run = FinishedRun.open(request.run(), hadoop);
    SparseDelta delta = run.delta();
    HuggingFaceFolder.requireKnownHead(delta.info().spec());
    HadoopFolder output =
        OutputFolders.free(request.output(), "config.json", request.overwrite(), hadoop);
    BaseModel base = HadoopModels.open(run.basePath(request.model()), hadoop);
    delta.requireBase(base);
    try {
      HuggingFaceFolder.write(base, delta, output);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + request.output() + ": " + e.getMessage(), e);
    }
    return new MergeResult(
        request.output(), delta.values().length, delta.info().spec().layout().size());
  }
}
