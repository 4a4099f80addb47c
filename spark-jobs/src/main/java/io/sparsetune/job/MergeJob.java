package io.sparsetune.job;

import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.hadoop.HadoopModels;
import io.sparsetune.interop.HuggingFaceFolder;
import io.sparsetune.model.EquivalentModel;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.run.FinishedRun;
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
   *     or not apart from the run and the base
   * @throws DataException where the base is not the one that the run was trained on
   */
  public MergeResult run(MergeRequest request) {
    FinishedRun run = Runs.open(request.run(), hadoop);
    SparseDelta delta = run.delta();
    HuggingFaceFolder.requireMergeable(delta.info().spec());
    String basePath = Runs.basePath(run, request.model(), hadoop);
    ResultFolder output =
        ResultFolder.toWrite(request.output(), OutputKind.MODEL, request.overwrite(), hadoop)
            .apartFrom("the run", request.run())
            .apartFrom("the base model", basePath);
    BaseModel base = HadoopModels.open(basePath, hadoop);
    delta.requireBase(base);
    output.write(run.provenance(), files -> HuggingFaceFolder.write(base, delta, files));
    return new MergeResult(
        request.output(),
        HuggingFaceFolder.changed(delta),
        delta.info().spec().with(EquivalentModel.BASE).layout().size());
  }
}
