package io.sparsetune.job;

import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.hadoop.HadoopModels;
import io.sparsetune.interop.HuggingFaceFolder;
import io.sparsetune.interop.UndoFile;
import io.sparsetune.pretrained.BaseModel;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/** Writes the base that a merged model came from. Needs no Spark session. */
public final class UndoJob {
  /**
   * The merged model, and the folder for its base.
   *
   * @param merged folder of a merged model
   * @param output folder to write
   * @param overwrite whether a model that is already there may be replaced
   */
  public record Request(String merged, String output, boolean overwrite) {}

  /**
   * The base that was written.
   *
   * @param baseFingerprint of it
   */
  public record Result(String baseFingerprint) {}

  private final Configuration hadoop;

  public UndoJob(Configuration hadoop) {
    this.hadoop = hadoop;
  }

  /**
   * Undoes a merge.
   *
   * @throws ConfigException where the output folder is not free or not apart from the merged one
   * @throws DataException where the merged model does not lead back to its base
   */
  public Result run(Request request) {
    BaseModel model = HadoopModels.open(request.merged(), hadoop);
    UndoFile undo = UndoFile.open(model);
    ResultFolder folder =
        ResultFolder.toWrite(request.output(), OutputKind.MODEL, request.overwrite(), hadoop)
            .apartFrom("the merged model", request.merged());
    undo.requireBase(model);
    Map<String, Object> provenance = new LinkedHashMap<>();
    provenance.put("base_sha256", undo.baseFingerprint());
    folder.write(provenance, files -> HuggingFaceFolder.writeBase(model, undo, files));
    return new Result(undo.baseFingerprint());
  }
}
