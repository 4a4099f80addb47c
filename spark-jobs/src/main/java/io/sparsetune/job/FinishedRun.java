package io.sparsetune.job;

import io.sparsetune.config.DataConfig;
import io.sparsetune.data.TableFormat;
import io.sparsetune.delta.DeltaFile;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.DataException;
import io.sparsetune.files.KeyName;
import io.sparsetune.hadoop.HadoopFolder;
import io.sparsetune.task.Labels;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/**
 * A finished run as it is read back.
 *
 * @param folder where it is
 * @param record how it was configured
 * @param delta what it trained
 */
record FinishedRun(HadoopFolder folder, RunRecord record, SparseDelta delta) {

  /**
   * @throws DataException where there is none, or it did not finish
   */
  static FinishedRun open(String path, Configuration hadoop) {
    HadoopFolder folder = RunFolder.toRead(path, hadoop);
    return new FinishedRun(
        folder,
        RunRecord.read(folder.file(RunFiles.RUN)),
        DeltaFile.read(folder.file(RunFiles.DELTA)));
  }

  /** Where the base is: where the caller says, or where it was. */
  String basePath(Optional<String> moved) {
    return moved.orElse(record.basePath());
  }

  /** Where a result of this run comes from. */
  Map<String, String> provenance() {
    Map<String, String> provenance = new LinkedHashMap<>();
    provenance.put("sparsetune", delta.info().libraryVersion());
    provenance.put("run_id", delta.info().runId());
    provenance.put("base_sha256", delta.info().baseFingerprint());
    return provenance;
  }

  /** The run's way of reading, of other files, whose format may be another. */
  DataConfig reading(List<String> files, Optional<TableFormat> format) {
    DataConfig data = record.config().data();
    return new DataConfig(
        data.train(),
        data.validation(),
        data.validationShare(),
        files,
        format.map(KeyName::of),
        data.onBadRow(),
        data.maxSeqLength(),
        data.lengthWindow());
  }

  /** Labels of a classification; empty for regression. */
  Optional<Labels> labels() {
    return delta.info().labels().isEmpty()
        ? Optional.empty()
        : Optional.of(Labels.of(delta.info().labels()));
  }
}
