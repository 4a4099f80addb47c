package io.sparsetune.job;

import io.sparsetune.delta.DeltaFile;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.DataException;
import io.sparsetune.hadoop.HadoopFolder;
import io.sparsetune.task.Labels;
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

  /** Labels of a classification; empty for regression. */
  Optional<Labels> labels() {
    return delta.info().labels().isEmpty()
        ? Optional.empty()
        : Optional.of(Labels.of(delta.info().labels()));
  }
}
