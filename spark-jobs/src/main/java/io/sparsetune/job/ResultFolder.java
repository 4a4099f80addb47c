package io.sparsetune.job;

import io.sparsetune.cluster.ClusterShape;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.error.TakenOverException;
import io.sparsetune.files.IoReason;
import io.sparsetune.files.JsonText;
import io.sparsetune.hadoop.HadoopFiles;
import io.sparsetune.hadoop.HadoopFolder;
import io.sparsetune.hadoop.Staging;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/**
 * A folder that a command writes its result into; what it does not own there it never touches. The
 * result is written whole in a folder of its own first: of two commands that write at the same
 * time, what is left is one whole result.
 */
final class ResultFolder {
  private final HadoopFolder folder;
  private final OutputKind kind;
  private final boolean overwrite;
  private final Configuration hadoop;

  /** Writes a result's files. */
  interface Content {
    void writeTo(HadoopFolder files) throws IOException;
  }

  private ResultFolder(
      HadoopFolder folder, OutputKind kind, boolean overwrite, Configuration hadoop) {
    this.folder = folder;
    this.kind = kind;
    this.overwrite = overwrite;
    this.hadoop = hadoop;
  }

  /**
   * A folder to write into: one that is not there, or is empty, or holds an older result. Nothing
   * is left there or removed before {@link #write}.
   *
   * @throws ConfigException where it holds such a result and {@code overwrite} is false, or
   *     something else
   * @throws DataException where nothing can be written
   */
  static ResultFolder toWrite(
      String path, OutputKind kind, boolean overwrite, Configuration hadoop) {
    ResultFolder result = new ResultFolder(HadoopFolder.of(path, hadoop), kind, overwrite, hadoop);
    try {
      result.check();
    } catch (IOException e) {
      throw new ConfigException("Cannot write into " + path + ": " + IoReason.of(e));
    }
    result.folder.requireWritable();
    return result;
  }

  private void check() throws IOException {
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

  /**
   * Writes the result, which takes its place when all of it is there.
   *
   * @param description for the mark
   * @throws DataException where it cannot be written
   * @throws TakenOverException where another command has written there meanwhile
   */
  void write(Map<String, ?> description, Content content) {
    byte[] mark = JsonText.pretty(description).getBytes(StandardCharsets.UTF_8);
    try (Staging staging = Staging.in(folder)) {
      staging.files().write(kind.mark(), out -> out.write(mark));
      content.writeTo(staging.files());
      staging.publish(kind.mark(), kind.complete(), this::makeRoom);
    } catch (IOException e) {
      throw new DataException("Cannot write into " + folder.location() + ": " + IoReason.of(e), e);
    }
  }

  /** Removes an older result, what says that it is complete first. */
  private void makeRoom() throws IOException {
    Staging.requireStillFree("into " + folder.location(), this::check);
    for (String name : kind.anyComplete()) {
      folder.delete(name);
    }
    for (String name : folder.names()) {
      if (kind.owns(name)) {
        folder.deleteAll(name);
      }
    }
  }
}
