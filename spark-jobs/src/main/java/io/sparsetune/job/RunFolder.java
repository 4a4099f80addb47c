package io.sparsetune.job;

import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.hadoop.HadoopFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;

/**
 * The folder that a run writes its files into, on any Hadoop file system. Files appear whole, by
 * renaming, and {@code _SUCCESS} last: a run without it did not finish.
 */
final class RunFolder {
  private final HadoopFolder folder;

  private RunFolder(HadoopFolder folder) {
    this.folder = folder;
  }

  /**
   * A folder to train into. Nothing is left there or removed before {@link #begin}.
   *
   * @throws ConfigException where it holds a run and {@code overwrite} is false, or something that
   *     is no run
   * @throws DataException where nothing can be written
   */
  static RunFolder toWrite(String output, boolean overwrite, Configuration hadoop) {
    RunFolder run = new RunFolder(HadoopFolder.of(output, hadoop));
    try {
      run.check(overwrite);
    } catch (IOException e) {
      throw new ConfigException("Cannot use the output folder " + output + ": " + e.getMessage());
    }
    run.folder.requireWritable();
    return run;
  }

  /**
   * The folder of a finished run.
   *
   * @throws DataException where there is none, or it did not finish
   */
  static HadoopFolder toRead(String path, Configuration hadoop) {
    HadoopFolder folder = HadoopFolder.of(path, hadoop);
    try {
      if (!folder.exists()) {
        throw new DataException("Cannot read the run " + path + ": there is no such folder");
      }
      if (!folder.contains(RunFiles.RUN)) {
        throw new DataException(
            "Cannot read the run %s: it is not a run (%s is missing)"
                .formatted(path, RunFiles.RUN));
      }
      if (!folder.contains(RunFiles.SUCCESS)) {
        throw new DataException(
            "Cannot read the run %s: it did not finish (%s is missing)"
                .formatted(path, RunFiles.SUCCESS));
      }
      if (!folder.contains(RunFiles.DELTA)) {
        throw new DataException(
            "Cannot read the run %s: %s is missing".formatted(path, RunFiles.DELTA));
      }
    } catch (IOException e) {
      throw new DataException("Cannot read the run " + path + ": " + e.getMessage(), e);
    }
    return folder;
  }

  private void check(boolean overwrite) throws IOException {
    if (!folder.exists() || folder.isEmpty()) {
      return;
    }
    String where = folder.location();
    boolean done = folder.contains(RunFiles.SUCCESS);
    if (!folder.contains(RunFiles.RUN) || !RunRecord.isOne(folder.file(RunFiles.RUN))) {
      throw new ConfigException(
          "Cannot write a run into %s: the folder holds something that is not a run; give another output"
              .formatted(where));
    }
    if (overwrite) {
      return;
    }
    throw new ConfigException(
        done
            ? "Cannot write a run into %s: it holds a finished one; give another output, or --overwrite to replace it"
                .formatted(where)
            : "Cannot write a run into %s: it holds one that did not finish, and runs cannot be resumed in this version; give another output, or --overwrite to start it again"
                .formatted(where));
  }

  /** Removes an older run's files. */
  void begin() {
    for (String name : RunFiles.ALL) {
      attempt(name, () -> folder.delete(name));
    }
  }

  void write(String name, String text) {
    write(name, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Writes a file under a temporary name and renames it. */
  void write(String name, io.sparsetune.files.OutputFolder.Content content) {
    attempt(name, () -> folder.write(name, content));
  }

  /** Says that every file is there. */
  void complete() {
    write(RunFiles.SUCCESS, "");
  }

  private interface Action {
    void run() throws IOException;
  }

  private void attempt(String name, Action action) {
    try {
      action.run();
    } catch (IOException e) {
      throw new DataException(
          "Cannot write " + folder.location() + "/" + name + ": " + e.getMessage(), e);
    }
  }
}
