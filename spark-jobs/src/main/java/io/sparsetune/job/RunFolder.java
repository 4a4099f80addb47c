package io.sparsetune.job;

import io.sparsetune.checkpoint.Checkpoint;
import io.sparsetune.checkpoint.Checkpoints;
import io.sparsetune.config.ConfigDifferences;
import io.sparsetune.config.RunConfig;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.error.DivergedException;
import io.sparsetune.error.ExitCode;
import io.sparsetune.error.InUseException;
import io.sparsetune.error.Shown;
import io.sparsetune.error.TakenOverException;
import io.sparsetune.files.IoReason;
import io.sparsetune.files.OutputFolder;
import io.sparsetune.files.RunFiles;
import io.sparsetune.files.TemporaryName;
import io.sparsetune.files.Unreadable;
import io.sparsetune.hadoop.FolderClaim;
import io.sparsetune.hadoop.FolderLock;
import io.sparsetune.hadoop.HadoopFolder;
import io.sparsetune.hadoop.Staging;
import io.sparsetune.run.MetricsLog;
import io.sparsetune.run.RunFailure;
import io.sparsetune.run.RunManifest;
import io.sparsetune.run.RunState;
import io.sparsetune.train.TrainingState;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder that a run writes its files into, on any Hadoop file system. Files appear whole, by
 * renaming, and {@code _SUCCESS} last: a run without it did not finish. A training claims the
 * folder for as long as it works there. A command that loses its claim, since another was told to
 * take over, finds a {@code run.json} that is not its own, and ends.
 */
final class RunFolder {
  private static final Logger LOG = LoggerFactory.getLogger(RunFolder.class);

  private final HadoopFolder folder;
  private final Existing existing;

  /** {@code run.json} as it was written here; empty before. */
  private byte[] record = new byte[0];

  private RunFolder(HadoopFolder folder, Existing existing) {
    this.folder = folder;
    this.existing = existing;
  }

  /**
   * A folder for a run that is made at once. Nothing is left there or removed before {@link
   * #writeFinished}.
   *
   * @throws ConfigException where it holds a run that is not to be replaced, or something that is
   *     no run
   * @throws DataException where nothing can be written
   */
  static RunFolder toWrite(String output, Existing existing, Configuration hadoop) {
    RunFolder run = new RunFolder(HadoopFolder.of(output, hadoop), existing);
    run.check();
    run.folder.requireWritable();
    return run;
  }

  /**
   * A folder to train into. Nothing is left there or removed before {@link #begin} or {@link
   * #goOn}.
   *
   * @throws ConfigException where it holds another run that is not to be replaced, or something
   *     that is no run
   * @throws DataException where nothing can be written
   */
  static RunFolder toTrain(RunConfig config, Existing existing, Configuration hadoop) {
    RunFolder run = new RunFolder(HadoopFolder.of(config.output(), hadoop), existing);
    run.look(config);
    run.folder.requireWritable();
    return run;
  }

  private void check() {
    RunState state = state();
    if (!isFree(state) && existing != Existing.OVERWRITE) {
      throw refused(
          state instanceof RunState.Unfinished ? "an unfinished run" : "a finished run", List.of());
    }
  }

  private static boolean isFree(RunState state) {
    return state instanceof RunState.Free || state instanceof RunState.Failed;
  }

  private RunState state() {
    RunState state;
    try {
      state = RunState.of(folder);
    } catch (DataException e) {
      if (e.getCause() instanceof IOException reason) {
        throw new ConfigException(
            "Cannot use the output folder %s: %s".formatted(folder.location(), IoReason.of(reason)),
            e);
      }
      throw e;
    }
    if (state instanceof RunState.Foreign) {
      throw new ConfigException(
          "Cannot write a run into %s: the folder holds something that is not a run; give another output"
              .formatted(folder.location()));
    }
    return state;
  }

  private ConfigException refused(String what, List<String> why) {
    return new ConfigException(
        "Cannot write a run into %s: it holds %s%s; give another output, or --overwrite to replace it"
            .formatted(folder.location(), what, why.isEmpty() ? "" : " (" + Shown.list(why) + ")"));
  }

  /**
   * The state of the run there, which a training of that configuration may go on with.
   *
   * @throws ConfigException where that is another run, and not to be replaced
   */
  RunState look(RunConfig config) {
    RunState state = state();
    if (existing == Existing.OVERWRITE) {
      return new RunState.Free();
    }
    if (state instanceof RunState.Failed failed) {
      requireAnother(failed, config);
      return new RunState.Free();
    }
    if (state instanceof RunState.Unreadable unreadable) {
      throw refused("a finished run that is unreadable", List.of(unreadable.problem()));
    }
    if (state instanceof RunState.Finished finished) {
      if (finished.result().training().isEmpty()) {
        throw refused("a finished run that was composed or imported", List.of());
      }
      List<String> differences = ConfigDifferences.of(finished.manifest().config(), config);
      if (!differences.isEmpty()) {
        throw refused("a finished run of another configuration", differences);
      }
    }
    if (state instanceof RunState.Unfinished unfinished) {
      if (unfinished.manifest().isEmpty()) {
        throw refused(
            "an unfinished run whose run.json is missing or of another version", List.of());
      }
      List<String> differences =
          ConfigDifferences.beyondPlaces(unfinished.manifest().get().config(), config);
      if (!differences.isEmpty()) {
        throw refused("an unfinished run of another configuration", differences);
      }
    }
    return state;
  }

  /** The same run would fail again. */
  private static void requireAnother(RunState.Failed failed, RunConfig config) {
    if (failed.failure().isPresent()
        && failed.manifest().isPresent()
        && ConfigDifferences.of(failed.manifest().get().config(), config).isEmpty()) {
      throw new DivergedException(
          "%s [this run ended so before; --overwrite trains it again, on mended data say]"
              .formatted(failed.failure().get().message()),
          null);
    }
  }

  /**
   * Claims the folder for a training.
   *
   * @param watching is told where another command's claim has to be watched, which takes a while
   * @throws InUseException where another command is at work there, and is not to be taken over
   */
  FolderClaim claim(Consumer<String> watching) {
    try {
      return FolderClaim.of(
          folder,
          existing == Existing.GO_ON ? FolderClaim.Manner.POLITE : FolderClaim.Manner.TAKE_OVER,
          watching);
    } catch (IOException e) {
      throw new DataException("Cannot write into " + folder.location() + ": " + IoReason.of(e), e);
    }
  }

  /**
   * Leaves behind how a command for that run has ended. Nothing is written where the folder has
   * another run or another command, nor where that fails: what counts has been said already.
   */
  static void recordFailure(RunConfig config, ExitCode code, String message, Configuration hadoop) {
    try {
      RunFolder run = new RunFolder(HadoopFolder.of(config.output(), hadoop), Existing.GO_ON);
      if (!run.isFor(config, run.state())) {
        return;
      }
      run.folder.requireWritable();
      try (FolderClaim claim = run.claim(watching -> {})) {
        // It may have changed before it was claimed.
        RunState now = run.state();
        if (run.isFor(config, now)) {
          Optional<String> runId =
              now instanceof RunState.Unfinished unfinished
                  ? unfinished.manifest().map(RunManifest::runId)
                  : Optional.empty();
          run.write(RunFiles.FAILURE, RunFailure.now(runId, code, message).text());
        }
      }
    } catch (RuntimeException e) {
      LOG.debug("The failure is not recorded in {}", config.output(), e);
    }
  }

  /** Whether the folder is free, or has an unfinished run of that configuration. */
  private boolean isFor(RunConfig config, RunState state) {
    return state instanceof RunState.Free
        || state instanceof RunState.Unfinished unfinished
            && unfinished
                .manifest()
                .filter(run -> ConfigDifferences.beyondPlaces(run.config(), config).isEmpty())
                .isPresent();
  }

  String location() {
    return folder.location();
  }

  /** The checkpoints of the run; written to only while the run is this command's. */
  HadoopFolder checkpoints() {
    return folder.below(RunFiles.CHECKPOINTS);
  }

  /**
   * The lines of {@code metrics.jsonl} up to a state of the training.
   *
   * @throws DataException where it cannot be read
   */
  List<String> metricsUpTo(TrainingState state) {
    try {
      return folder.contains(RunFiles.METRICS)
          ? MetricsLog.linesUpTo(
              state.step(), state.evaluations().size(), folder.file(RunFiles.METRICS))
          : List.of();
    } catch (IOException e) {
      throw Unreadable.because(folder.location(), e);
    }
  }

  /**
   * Removes an older run's files, and writes the manifest of a run that begins. At every moment the
   * folder has either one's manifest; one that failed does not block others before it is gone.
   */
  void begin(String manifest) {
    byte[] bytes = manifest.getBytes(StandardCharsets.UTF_8);
    attempt(
        RunFiles.RUN,
        () -> {
          removeCompleteness();
          folder.write(RunFiles.RUN, out -> out.write(bytes));
          removeAllButManifest();
        });
    record = bytes;
    removeHalfWritten();
  }

  /** Writes the manifest of a run that goes on: from now on it is this command's. */
  void goOn(String manifest) {
    byte[] bytes = manifest.getBytes(StandardCharsets.UTF_8);
    attempt(
        RunFiles.RUN,
        () -> {
          folder.write(RunFiles.RUN, out -> out.write(bytes));
          folder.delete(RunFiles.FAILURE);
        });
    record = bytes;
    removeHalfWritten();
  }

  /** Removes what a command that was killed was writing; who is taken over may still be at it. */
  private void removeHalfWritten() {
    if (existing != Existing.TAKE_OVER) {
      removeHalfWritten(folder);
      removeHalfWritten(checkpoints());
    }
  }

  private void removeHalfWritten(HadoopFolder from) {
    attempt(
        RunFiles.RUN,
        () -> {
          if (!from.exists()) {
            return;
          }
          for (String name : from.names()) {
            if (TemporaryName.isHalfWritten(name) && from.contains(name)) {
              from.delete(name);
            }
          }
        });
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
    removeCompleteness();
    removeAllButManifest();
    folder.delete(RunFiles.RUN);
  }

  /** From then on nobody takes the older run for finished, or goes on with it. */
  private void removeCompleteness() throws IOException {
    folder.delete(RunFiles.SUCCESS);
    folder.deleteAll(RunFiles.CHECKPOINTS);
  }

  private void removeAllButManifest() throws IOException {
    for (String name : RunFiles.ALL) {
      if (!name.equals(RunFiles.RUN)) {
        folder.delete(name);
      }
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
    write(name, out -> out.write(bytes));
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

  /**
   * Writes a checkpoint.
   *
   * @throws TakenOverException as {@link #write}
   */
  void write(Checkpoints checkpoints, Checkpoint checkpoint) {
    attempt(
        RunFiles.CHECKPOINTS,
        () -> {
          requireOwn(RunFiles.CHECKPOINTS);
          checkpoints.write(checkpoint);
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
   * Says that every file is there; checkpoints are of no use from then on.
   *
   * @throws TakenOverException as {@link #write}
   */
  void complete() {
    write(RunFiles.SUCCESS, "");
    removeCheckpoints();
  }

  /** Removes what a finished run's command has left that was killed just after the run's end. */
  static void removeLeft(HadoopFolder finished) {
    try {
      finished.deleteAll(RunFiles.CHECKPOINTS);
      FolderClaim.removeDead(finished);
    } catch (IOException e) {
      // It is of no use, and of no harm.
      LOG.debug("Cannot remove what is left in {}", finished.location(), e);
    }
  }

  /** Removes what the finished run that is there has left. */
  void removeLeft() {
    removeLeft(folder);
  }

  /** Removes the checkpoints of a run that has come to its end. */
  void removeCheckpoints() {
    attempt(RunFiles.CHECKPOINTS, () -> folder.deleteAll(RunFiles.CHECKPOINTS));
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
