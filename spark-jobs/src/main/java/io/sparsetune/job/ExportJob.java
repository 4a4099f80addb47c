package io.sparsetune.job;

import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.hadoop.HadoopFiles;
import io.sparsetune.hadoop.HadoopModels;
import io.sparsetune.interop.HuggingFaceFolder;
import io.sparsetune.interop.PeftLora;
import io.sparsetune.interop.PeftSuperTuning;
import io.sparsetune.interop.SparseDifferences;
import io.sparsetune.model.EquivalentModel;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.run.FinishedRun;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/** Writes a finished run in another library's format. Needs no Spark session. */
public final class ExportJob {
  /**
   * The run to export, and in which format.
   *
   * @param run folder of a finished run
   * @param output folder to write
   * @param model where the base is now; empty: where the run recorded it
   * @param overwrite whether a folder that is already there may be replaced
   */
  public record Request(
      String run, String output, ExportFormat format, Optional<String> model, boolean overwrite) {}

  /**
   * The folder that was written.
   *
   * @param output the folder written
   * @param trained parameters that differ from the base's: mask and head
   */
  public record Result(String output, int trained) {}

  private final Configuration hadoop;

  public ExportJob(Configuration hadoop) {
    this.hadoop = hadoop;
  }

  /**
   * Exports.
   *
   * @throws ConfigException where the format cannot hold the run, or the output folder is not free
   *     or not apart from the run and the base; nothing is written then
   * @throws DataException where the base is not the one that the run was trained on
   */
  public Result run(Request request) {
    if (request.format() == ExportFormat.HUGGINGFACE) {
      MergeJob.Result merged =
          new MergeJob(hadoop)
              .run(
                  new MergeJob.Request(
                      request.run(), request.output(), request.model(), request.overwrite()));
      return new Result(merged.output(), merged.changed());
    }
    FinishedRun run = Runs.open(request.run(), hadoop);
    SparseDelta delta = run.delta();
    requireFits(request.format(), delta);
    String basePath = Runs.basePath(run, request.model(), hadoop);
    ResultFolder output =
        ResultFolder.toWrite(request.output(), kind(request.format()), request.overwrite(), hadoop)
            .apartFrom("the run", request.run())
            .apartFrom("the base model", basePath);
    BaseModel base = HadoopModels.open(basePath, hadoop);
    delta.requireBase(base);
    String shown = HadoopFiles.shown(basePath);
    output.write(
        provenance(run),
        files -> {
          if (request.format() == ExportFormat.PEFT && PeftLora.isOne(delta)) {
            PeftLora.write(base, delta, shown, files);
          } else if (request.format() == ExportFormat.PEFT) {
            PeftSuperTuning.write(base, delta, shown, files);
          } else {
            SparseDifferences.write(base, delta, files);
          }
        });
    return new Result(request.output(), delta.values().length);
  }

  private static void requireFits(ExportFormat format, SparseDelta delta) {
    EquivalentModel equivalent = delta.info().spec().equivalent();
    if (equivalent instanceof EquivalentModel.Adapter) {
      throw new ConfigException(
          "Cannot export a model with adapters: %s has no such thing; evaluate and predict use the run as it is, and method.name: lora trains what can be exported"
              .formatted(format == ExportFormat.PEFT ? "PEFT" : "composable-sft"));
    }
    if (format == ExportFormat.PEFT && PeftLora.isOne(delta)) {
      PeftLora.requireFits(delta);
    } else if (format == ExportFormat.PEFT) {
      PeftSuperTuning.requireFits(delta);
    } else if (PeftLora.isOne(delta)) {
      throw new ConfigException(
          "Cannot export to composable-sft: its differences are of the base's own tensors, and"
              + " method lora trains factors beside them; export with --format peft or"
              + " huggingface");
    } else {
      HuggingFaceFolder.requireKnownHead(delta.info().spec());
    }
  }

  private static OutputKind kind(ExportFormat format) {
    return format == ExportFormat.PEFT ? OutputKind.ADAPTER : OutputKind.DIFFERENCES;
  }

  /** With the labels, which these formats have no place for. */
  private static Map<String, Object> provenance(FinishedRun run) {
    Map<String, Object> provenance = new LinkedHashMap<>(run.provenance());
    provenance.put("labels", run.delta().info().labels());
    return provenance;
  }
}
