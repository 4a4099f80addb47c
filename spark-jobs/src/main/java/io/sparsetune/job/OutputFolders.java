package io.sparsetune.job;

import io.sparsetune.error.ConfigException;
import io.sparsetune.hadoop.HadoopFolder;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;

/** Folders that a command writes its result into. */
final class OutputFolders {
  private OutputFolders() {}

  /**
   * A folder to write into: one that is not there, or is empty, or holds an older result.
   *
   * @param mark a file that every result of this kind has
   * @throws ConfigException where it holds a result and {@code overwrite} is false, or something
   *     else
   */
  static HadoopFolder free(String path, String mark, boolean overwrite, Configuration hadoop) {
    HadoopFolder folder = HadoopFolder.of(path, hadoop);
    try {
      if (!folder.exists() || folder.isEmpty()) {
        return folder;
      }
      if (!folder.contains(mark) || folder.contains(RunFiles.RUN)) {
        throw new ConfigException(
            "Cannot write into %s: the folder holds something else; give another one"
                .formatted(path));
      }
      if (!overwrite) {
        throw new ConfigException(
            "Cannot write into %s: it is there already; give another folder, or --overwrite to replace it"
                .formatted(path));
      }
      return folder;
    } catch (IOException e) {
      throw new ConfigException("Cannot write into " + path + ": " + e.getMessage());
    }
  }
}
