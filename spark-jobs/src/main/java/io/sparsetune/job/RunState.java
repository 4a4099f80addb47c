package io.sparsetune.job;

import io.sparsetune.config.RunConfig;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.error.UnsupportedVersionException;
import io.sparsetune.files.IoReason;
import io.sparsetune.hadoop.HadoopFolder;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;

/** What a folder holds of a run; its delta is not read. */
public sealed interface RunState {

  /** Nothing: a run can go there. */
  record Free() implements RunState {}

  /** A run that did not finish. */
  record Unfinished() implements RunState {}

  /** A finished run. */
  record Finished(RunConfig config, RunInputs inputs, RunOutcome outcome) implements RunState {}

  /** A finished run that this version cannot read. */
  record Unreadable(String problem) implements RunState {}

  /** Something that is no run. */
  record Foreign() implements RunState {}

  /**
   * @throws DataException where the folder cannot be looked at
   */
  static RunState of(String path, Configuration hadoop) {
    HadoopFolder folder = HadoopFolder.of(path, hadoop);
    try {
      if (!folder.exists() || folder.isEmpty()) {
        return new Free();
      }
      if (!folder.contains(RunFiles.RUN) || !RunRecord.isOne(folder.file(RunFiles.RUN))) {
        return new Foreign();
      }
      if (!folder.contains(RunFiles.SUCCESS)) {
        return new Unfinished();
      }
      RunRecord record = RunRecord.read(folder.file(RunFiles.RUN));
      return new Finished(
          record.config(),
          RunInputs.recorded(record.json()),
          RunOutcome.read(folder.file(RunFiles.RESULT)));
    } catch (CorruptFileException | UnsupportedVersionException e) {
      return new Unreadable(e.getMessage());
    } catch (IOException e) {
      throw new DataException("Cannot read the run " + path + ": " + IoReason.of(e), e);
    }
  }
}
