package io.sparsetune.run;

import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.error.UnsupportedVersionException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.Folder;
import io.sparsetune.files.IoReason;
import io.sparsetune.files.RunFiles;
import io.sparsetune.files.TemporaryName;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** How far the run in a folder is; its delta is not read. */
public sealed interface RunState {

  /** A folder that holds nothing but perhaps a failure before a run began: a run can go there. */
  record Free() implements RunState {}

  /**
   * A run that did not finish.
   *
   * @param manifest empty where it is missing, or this version cannot read it
   */
  record Unfinished(Optional<RunManifest> manifest) implements RunState {}

  /**
   * A run that ended in an error of its own, such as one that diverged: another may take its place.
   *
   * @param manifest empty where this version cannot read it
   * @param failure empty where its file cannot be read, or is another run's
   */
  record Failed(Optional<RunManifest> manifest, Optional<RunFailure> failure) implements RunState {}

  /** A finished run. */
  record Finished(RunManifest manifest, RunResult result) implements RunState {}

  /** A finished run that this version cannot read. */
  record Unreadable(String problem) implements RunState {}

  /** A folder that holds something that is not a run. */
  record Foreign() implements RunState {}

  /**
   * The state of the run in a folder.
   *
   * @throws DataException where the folder cannot be looked at
   */
  static RunState of(Folder folder) {
    try {
      if (!folder.exists() || folder.isEmpty()) {
        return new Free();
      }
      Optional<ByteSource> file = file(folder);
      if (file.isEmpty() && isLeftOfFailure(folder)) {
        return new Free();
      }
      if (file.isEmpty()) {
        return isLeftOfRun(folder) ? new Unfinished(Optional.empty()) : new Foreign();
      }
      if (folder.contains(RunFiles.SUCCESS)) {
        return finished(folder);
      }
      Optional<RunManifest> manifest = manifest(file.get());
      return folder.contains(RunFiles.FAILURE)
          ? failed(folder, manifest)
          : new Unfinished(manifest);
    } catch (IOException e) {
      throw new DataException(
          "Cannot read the run " + folder.location() + ": " + IoReason.of(e), e);
    }
  }

  /**
   * The run's manifest. Of a command that was killed while it replaced the file, the new one may be
   * left under its temporary name.
   */
  private static Optional<ByteSource> file(Folder folder) throws IOException {
    List<String> names =
        folder.contains(RunFiles.RUN)
            ? List.of(RunFiles.RUN)
            : folder.names().stream().filter(TemporaryName::isHalfWritten).toList();
    for (String name : names) {
      if (folder.contains(name) && RunManifest.isOne(folder.file(name))) {
        return Optional.of(folder.file(name));
      }
    }
    return Optional.empty();
  }

  /**
   * Whether a run has lost its manifest: a command that died while it replaced the file, on a file
   * system that cannot do so at once, or while it removed the run, leaves the checkpoints.
   */
  private static boolean isLeftOfRun(Folder folder) throws IOException {
    List<String> names = folder.names();
    return !names.contains(RunFiles.RUN)
        && names.contains(RunFiles.CHECKPOINTS)
        && names.stream().allMatch(RunFiles::isOne)
        && folder.below(RunFiles.CHECKPOINTS).names().stream().allMatch(RunFiles::isCheckpoint);
  }

  /** Whether a command has failed before its run began, and has left why. */
  private static boolean isLeftOfFailure(Folder folder) throws IOException {
    List<String> names =
        folder.names().stream().filter(name -> !TemporaryName.isOne(name)).toList();
    if (!names.equals(List.of(RunFiles.FAILURE))) {
      return false;
    }
    try {
      return RunFailure.read(folder.file(RunFiles.FAILURE)).runId().isEmpty();
    } catch (CorruptFileException e) {
      return false;
    }
  }

  private static RunState finished(Folder folder) {
    try {
      return new Finished(
          RunManifest.read(folder.file(RunFiles.RUN)),
          RunResult.read(folder.file(RunFiles.RESULT)));
    } catch (CorruptFileException | UnsupportedVersionException e) {
      return new Unreadable(e.getMessage());
    }
  }

  /**
   * A run that diverged, or one that another command may go on with. A failure that is another
   * run's was about to be removed: it says nothing of this one.
   */
  private static RunState failed(Folder folder, Optional<RunManifest> manifest) {
    try {
      RunFailure failure = RunFailure.read(folder.file(RunFiles.FAILURE));
      if (!failure.endsTheRun()) {
        return new Unfinished(manifest);
      }
      boolean own =
          manifest.filter(run -> failure.runId().equals(Optional.of(run.runId()))).isPresent();
      return new Failed(manifest, own ? Optional.of(failure) : Optional.empty());
    } catch (CorruptFileException e) {
      return new Failed(manifest, Optional.empty());
    }
  }

  private static Optional<RunManifest> manifest(ByteSource file) {
    try {
      return Optional.of(RunManifest.read(file));
    } catch (CorruptFileException | UnsupportedVersionException e) {
      return Optional.empty();
    }
  }
}
