package io.sparsetune.job;

import io.sparsetune.data.ClusterShape;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.files.IoReason;
import io.sparsetune.hadoop.HadoopFiles;
import io.sparsetune.hadoop.HadoopFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/** A folder that a command writes its result into; what it does not own there it never touches. */
final class ResultFolder {
  private final HadoopFolder folder;
  private final OutputKind kind;
  private final Configuration hadoop;

  private ResultFolder(HadoopFolder folder, OutputKind kind, Configuration hadoop) {
    this.folder = folder;
    this.kind = kind;
    this.hadoop = hadoop;
  }

  /**
   * A folder to write into: one that is not there, or is empty, or holds an older result. Nothing
   * is left there or removed before {@link #begin}.
   *
   * @throws ConfigException where it holds such a result and {@code overwrite} is false, or
   *     something else
   * @throws DataException where nothing can be written
   */
  static ResultFolder toWrite(
      String path, OutputKind kind, boolean overwrite, Configuration hadoop) {
    ResultFolder result = new ResultFolder(HadoopFolder.of(path, hadoop), kind, hadoop);
    try {
      result.check(overwrite);
    } catch (IOException e) {
      throw new ConfigException("Cannot write into " + path + ": " + IoReason.of(e));
    }
    result.folder.requireWritable();
    return result;
  }

  private void check(boolean overwrite) throws IOException {
    if (!folder.exists() || folder.isEmpty()) {
      return;
    }
    String where = folder.location();
    if (!folder.contains(kind.mark())) {
      throw new ConfigException(
          "Cannot write into %s: the folder holds something else; give another one"
              .formatted(where));
    }
    if (overwrite) {
      return;
    }
    boolean complete = false;
    for (String name : kind.anyComplete()) {
      complete |= folder.contains(name);
    }
    throw new ConfigException(
        complete
            ? "Cannot write into %s: it is there already; give another folder, or --overwrite to replace it"
                .formatted(where)
            : "Cannot write into %s: it holds %s that did not get finished; give another folder, or --overwrite to start again"
                .formatted(where, kind.words()));
  }

  /**
   * Makes sure that writing touches nothing that is read.
   *
   * @param what the path is, for messages
   * @throws ConfigException where the folder is there, above or below it
   */
  ResultFolder apartFrom(String what, String path) {
    if (HadoopFiles.overlap(folder.location(), path, hadoop)) {
      throw new ConfigException(
          "Cannot write into %s: %s is %s, and the two must not lie in each other; give another folder"
              .formatted(folder.location(), what, HadoopFiles.shown(path)));
    }
    return this;
  }

  /**
   * Makes sure that files written by executors are where the driver looks for them.
   *
   * @throws ConfigException for a local disk where executors are on other machines
   */
  ResultFolder seenBy(ClusterShape cluster) {
    if (!cluster.oneMachine() && HadoopFiles.isLocal(folder.location(), hadoop)) {
      throw new ConfigException(
          ("Cannot write into %s: it is on a local disk, and each executor would write on that of"
                  + " its own machine; give a folder that every machine sees (hdfs://, s3a://, …)")
              .formatted(folder.location()));
    }
    return this;
  }

  /** The files' folder. */
  HadoopFolder files() {
    return folder;
  }

  /**
   * Removes an older result, what says that it is complete first; then says what is to come.
   *
   * @param description for the mark
   */
  void begin(Map<String, ?> description) {
    try {
      if (folder.exists()) {
        for (String name : kind.anyComplete()) {
          folder.delete(name);
        }
        for (String name : folder.names()) {
          if (kind.owns(name)) {
            folder.deleteAll(name);
          }
        }
      }
      byte[] mark = Json.pretty(description).getBytes(StandardCharsets.UTF_8);
      folder.write(kind.mark(), out -> out.write(mark));
    } catch (IOException e) {
      throw new DataException("Cannot write into " + folder.location() + ": " + IoReason.of(e), e);
    }
  }
}
