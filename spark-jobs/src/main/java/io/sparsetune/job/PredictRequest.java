package io.sparsetune.job;

import io.sparsetune.table.TableFormat;
import java.util.List;
import java.util.Optional;

/**
 * @param run folder of a finished run
 * @param model where the base is now; empty: where the run recorded it
 * @param data paths or globs of rows; they need no label
 * @param inputFormat of the rows; empty to go by suffix
 * @param output folder to write
 * @param outputFormat what to write
 * @param logits whether the model's outputs are written too
 * @param overwrite whether a folder that is already there may be replaced
 */
public record PredictRequest(
    String run,
    Optional<String> model,
    List<String> data,
    Optional<TableFormat> inputFormat,
    String output,
    OutputFormat outputFormat,
    boolean logits,
    boolean overwrite) {

  /** Without the logits. */
  public PredictRequest(
      String run,
      Optional<String> model,
      List<String> data,
      Optional<TableFormat> inputFormat,
      String output,
      OutputFormat outputFormat,
      boolean overwrite) {
    this(run, model, data, inputFormat, output, outputFormat, false, overwrite);
  }

  public enum OutputFormat {
    JSONL,
    PARQUET
  }
}
