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
  private final Configuration hadoop;

  public UndoJob(Configuration hadoop) {
    this.hadoop = hadoop;
  }

  /**
   * Undoes a merge.
   *
   * @param merged folder of a merged model
   * @param output folder to write
   * @param overwrite whether a model that is already there may be replaced
   * @return fingerprint of the base
   * @throws ConfigException where the output folder is not free or not apart from the merged one
   * @throws DataException where the merged model does not lead back to its base
   */
  public String run(String merged, String output, boolean overwrite) {
    BaseModel model = HadoopModels.open(merged, hadoop);
    UndoFile undo = UndoFile.open(model);
    ResultFolder folder =
        ResultFolder.toWrite(output, OutputKind.MODEL, overwrite, hadoop)
            .apartFrom("the merged model", merged);
    undo.requireBase(model);
    Map<String, Object> provenance = new LinkedHashMap<>();
    provenance.put("base_sha256", undo.baseFingerprint());
    folder.write(provenance, files -> HuggingFaceFolder.writeBase(model, undo, files));
    return undo.baseFingerprint();
  }
}
