package io.sparsetune.job;

import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.hadoop.HadoopModels;
import io.sparsetune.interop.HuggingFaceFolder;
import io.sparsetune.model.EquivalentModel;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.run.FinishedRun;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/** Writes a finished run as a whole model in Hugging Face's format. Needs no Spark session. */
public final class MergeJob {
  /**
   * The run to merge.
   *
   * @param run folder of a finished run
   * @param output folder to write: a whole model in Hugging Face's format
   * @param model where the base is now; empty: where the run recorded it
   * @param overwrite whether a folder that is already there may be replaced
   */
  public record Request(String run, String output, Optional<String> model, boolean overwrite) {}

  /**
   * The model that was written.
   *
   * @param output the folder written
   * @param changed parameters that differ from the base's: mask and head
   * @param parameters all parameters of the merged model
   */
  public record Result(String output, int changed, int parameters) {}

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
  public Result run(Request request) {
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
    return new Result(
        request.output(),
        HuggingFaceFolder.changed(delta),
        delta.info().spec().with(EquivalentModel.BASE).layout().size());
  }
}
