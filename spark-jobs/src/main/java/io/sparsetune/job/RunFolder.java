package io.sparsetune.job;

import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.error.TakenOverException;
import io.sparsetune.files.IoReason;
import io.sparsetune.files.OutputFolder;
import io.sparsetune.files.RunFiles;
import io.sparsetune.hadoop.FolderLock;
import io.sparsetune.hadoop.HadoopFolder;
import io.sparsetune.hadoop.Staging;
import io.sparsetune.run.RunManifest;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;

/**
 * The folder that a run writes its files into, on any Hadoop file system. Files appear whole, by
 * renaming, and {@code _SUCCESS} last: a run without it did not finish. Of two commands that write
 * into one folder the later has it: the other finds a {@code run.json} that is not its own, and
 * ends. So nothing is locked that a killed command would leave behind.
 */
final class RunFolder {
  private final HadoopFolder folder;
  private final boolean overwrite;

  /** {@code run.json} as it was written here; empty before. */
  private byte[] record = new byte[0];

  private RunFolder(HadoopFolder folder, boolean overwrite) {
    this.folder = folder;
    this.overwrite = overwrite;
  }

  /**
   * A folder to train into. Nothing is left there or removed before {@link #begin}.
   *
   * @throws ConfigException where it holds a run and {@code overwrite} is false, or something that
   *     is no run
   * @throws DataException where nothing can be written
   */
  static RunFolder toWrite(String output, boolean overwrite, Configuration hadoop) {
    RunFolder run = new RunFolder(HadoopFolder.of(output, hadoop), overwrite);
    try {
      run.check();
    } catch (IOException e) {
      throw new ConfigException("Cannot use the output folder " + output + ": " + IoReason.of(e));
    }
    run.folder.requireWritable();
    return run;
  }

  private void check() throws IOException {
    if (!folder.exists() || folder.isEmpty()) {
      return;
    }
    String where = folder.location();
    boolean done = folder.contains(RunFiles.SUCCESS);
    if (!folder.contains(RunFiles.RUN) || !RunManifest.isOne(folder.file(RunFiles.RUN))) {
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
    attempt(RunFiles.RUN, this::removeOlder);
  }

  /**
   * Makes sure that there is room for the delta, which is written last.
   *
   * @param values that it will have
   * @throws DataException where there is not
   */
  void requireRoom(long values) {
    folder.requireRoom(values * Float.BYTES);
  }

  private void removeOlder() throws IOException {
    for (String name : RunFiles.ALL) {
      folder.delete(name);
    }
  }

  /**
   * Writes a run that is finished already. It takes its place when all of it is there.
   *
   * @throws TakenOverException where another command has written there meanwhile
   */
  void writeFinished(String run, OutputFolder.Content delta, String result) {
    try (Staging staging = Staging.in(folder)) {
      staging.files().write(RunFiles.RUN, out -> out.write(run.getBytes(StandardCharsets.UTF_8)));
      staging.files().write(RunFiles.DELTA, delta);
      staging
          .files()
          .write(RunFiles.RESULT, out -> out.write(result.getBytes(StandardCharsets.UTF_8)));
      staging.files().write(RunFiles.SUCCESS, out -> {});
      staging.publish(RunFiles.RUN, RunFiles.SUCCESS, this::makeRoom);
    } catch (IOException e) {
      throw new DataException("Cannot write into " + folder.location() + ": " + IoReason.of(e), e);
    }
  }

  private void makeRoom() throws IOException {
    Staging.requireStillFree("a run into " + folder.location(), this::check);
    removeOlder();
  }

  /**
   * Writes a file of text.
   *
   * @throws TakenOverException where another command has begun a run in the folder
   */
  void write(String name, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (name.equals(RunFiles.RUN)) {
      attempt(name, () -> folder.write(name, out -> out.write(bytes)));
      record = bytes;
    } else {
      write(name, out -> out.write(bytes));
    }
  }

  /**
   * Writes a file under a temporary name and renames it.
   *
   * @throws TakenOverException where another command has begun a run in the folder
   */
  void write(String name, OutputFolder.Content content) {
    attempt(
        name,
        () -> {
          requireOwn(name);
          folder.write(name, content);
        });
  }

  private void requireOwn(String name) throws IOException {
    if (record.length == 0) {
      return;
    }
    String what =
        "%s there is not this run's any more, so another command writes into the same folder";
    try (InputStream there = folder.file(RunFiles.RUN).openAt(0)) {
      if (Arrays.equals(there.readNBytes(record.length + 1), record)) {
        return;
      }
    } catch (FileNotFoundException e) {
      what =
          "%s is not there any more: another command begins a run in the same folder, or somebody"
              + " has removed it";
    }
    throw new TakenOverException(
        "Cannot write %s/%s: %s. Let one end before the other begins, or give another output"
            .formatted(folder.location(), name, what.formatted(RunFiles.RUN)));
  }

  /**
   * Says that every file is there.
   *
   * @throws TakenOverException as {@link #write}
   */
  void complete() {
    write(RunFiles.SUCCESS, "");
  }

  private interface Action {
    void run() throws IOException;
  }

  /** On a local disk nobody else changes the folder meanwhile. */
  private void attempt(String name, Action action) {
    try (FolderLock lock = FolderLock.ofLocal(folder)) {
      action.run();
    } catch (IOException e) {
      throw new DataException(
          "Cannot write " + folder.location() + "/" + name + ": " + IoReason.of(e), e);
    }
  }
}
