package io.sparsetune.hadoop;

import io.sparsetune.error.InUseException;
import io.sparsetune.files.TemporaryName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A command's claim to an output folder for as long as it works there, so that no other command
 * goes on with its run meanwhile. On a local disk it is a locked file, which the system frees
 * however the command ends. Elsewhere it is a file that the command rewrites every few seconds: an
 * owner whose file does not change is taken for dead.
 */
public final class FolderClaim implements AutoCloseable {
  private interface Release {
    void run() throws IOException;
  }

  private final Release release;

  private FolderClaim(Release release) {
    this.release = release;
  }

  /** Whether a folder is claimed although another command is at work there. */
  public enum Manner {
    /** Not while the other lives. */
    POLITE,
    /** In any case: the other finds out when it writes next, and ends. */
    TAKE_OVER
  }

  /**
   * Claims a folder; makes it where it is missing.
   *
   * @throws InUseException where another command that lives has it
   */
  public static FolderClaim of(HadoopFolder folder, Manner manner) throws IOException {
    return of(folder, manner, HeartBeat.PACE);
  }

  static FolderClaim of(HadoopFolder folder, Manner manner, HeartBeat.Pace pace)
      throws IOException {
    boolean made = !folder.exists();
    folder.make();
    Release release = claim(folder, manner, pace);
    return new FolderClaim(
        () -> {
          release.run();
          if (made) {
            folder.deleteIfEmpty();
          }
        });
  }

  private static Release claim(HadoopFolder folder, Manner manner, HeartBeat.Pace pace)
      throws IOException {
    Optional<Path> local = folder.local();
    if (local.isPresent()) {
      try {
        Optional<LockFile> lock = LockFile.take(local.get().resolve(TemporaryName.OWNER));
        if (lock.isEmpty() && manner == Manner.POLITE) {
          throw inUse(folder);
        }
        return lock.isPresent() ? lock.get()::close : () -> {};
      } catch (LockFile.NoLocksException e) {
        // A mount without locks is like any other file system.
      }
    }
    HeartBeat beat = HeartBeat.in(folder, pace);
    if (manner == Manner.POLITE && beat.othersLives()) {
      throw inUse(folder);
    }
    if (!beat.start()) {
      throw inUse(folder);
    }
    return beat::close;
  }

  private static InUseException inUse(HadoopFolder folder) {
    return new InUseException(
        "Cannot write a run into %s: another command is at work there. Let it end, or give another output; train --take-over goes on in its place"
            .formatted(folder.location()));
  }

  @Override
  public void close() throws IOException {
    release.run();
  }
}
