package io.sparsetune.job;

import io.sparsetune.config.DataConfig;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.files.KeyName;
import io.sparsetune.hadoop.HadoopFiles;
import io.sparsetune.hadoop.HadoopFolder;
import io.sparsetune.hadoop.HadoopModels;
import io.sparsetune.run.FinishedRun;
import io.sparsetune.table.TableFormat;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/** Finished runs on Hadoop file systems. */
final class Runs {
  private Runs() {}

  /**
   * Reads the run in a folder.
   *
   * @throws DataException where there is none, or it did not finish
   * @throws CorruptFileException where a file breaks its format, or the delta has changed
   */
  static FinishedRun open(String path, Configuration hadoop) {
    return FinishedRun.open(HadoopFolder.of(path, hadoop));
  }

  /**
   * The path of a run's base: the caller's, or the recorded one.
   *
   * @throws DataException where the caller gives none, and the base is not there any more
   */
  static String basePath(FinishedRun run, Optional<String> moved, Configuration hadoop) {
    String recorded = run.manifest().base().path();
    if (moved.isEmpty() && !HadoopModels.isThere(recorded, hadoop)) {
      throw new DataException(
          "Cannot find the base model of the run %s where it was, %s. Say with --model where it is now."
              .formatted(run.location(), HadoopFiles.shown(recorded)));
    }
    return moved.orElse(recorded);
  }

  /** The run's way of reading, of other files, whose format may be another. */
  static DataConfig reading(FinishedRun run, List<String> files, Optional<TableFormat> format) {
    return run.manifest().config().data().testedOn(files, format.map(KeyName::of));
  }
}
