package io.sparsetune.hadoop;

import io.sparsetune.error.InUseException;
import io.sparsetune.files.TemporaryName;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A command's claim to an output folder for as long as it works there, so that no other command
 * goes on with its run meanwhile. On a local disk it is a locked file, which the system frees
 * however the command ends. Elsewhere it is a file that the command rewrites every few seconds: an
 * owner whose file does not change is taken for dead.
 */
public final class FolderClaim implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FolderClaim.class);
  private static final int ATTEMPTS = 20;

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
   * @param watching is told where another claim has to be watched, which takes a while
   * @throws InUseException where another command that lives has it
   */
  public static FolderClaim of(HadoopFolder folder, Manner manner, Consumer<String> watching)
      throws IOException {
    return of(folder, manner, HeartBeat.PACE, watching);
  }

  static FolderClaim of(
      HadoopFolder folder, Manner manner, HeartBeat.Pace pace, Consumer<String> watching)
      throws IOException {
    boolean made = !folder.exists();
    Release release = claimMade(folder, manner, pace, watching);
    return new FolderClaim(
        () -> {
          release.run();
          if (made) {
            folder.deleteIfEmpty();
          }
        });
  }

  /** Another command that tries whether it can write may remove a folder that it made. */
  private static Release claimMade(
      HadoopFolder folder, Manner manner, HeartBeat.Pace pace, Consumer<String> watching)
      throws IOException {
    for (int attempt = 1; ; attempt++) {
      folder.make();
      try {
        return claim(folder, manner, pace, watching);
      } catch (NoSuchFileException | FileNotFoundException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private static Release claim(
      HadoopFolder folder, Manner manner, HeartBeat.Pace pace, Consumer<String> watching)
      throws IOException {
    Optional<Path> local = folder.local();
    if (local.isPresent()) {
      try {
        Path owner = local.get().resolve(TemporaryName.OWNER);
        Optional<LockFile> lock = LockFile.take(owner);
        if (lock.isEmpty() && manner == Manner.POLITE) {
          throw inUse(folder);
        }
        // Another's file is replaced, so that third ones see that somebody is at work.
        LockFile own = lock.isPresent() ? lock.get() : LockFile.create(owner);
        return own::close;
      } catch (LockFile.NoLocksException e) {
        // A mount without locks is like any other file system.
      }
    }
    HeartBeat beat = HeartBeat.in(folder, pace);
    if (manner == Manner.POLITE && beat.othersLives(() -> watching.accept(watched(folder, pace)))) {
      throw inUse(folder);
    }
    int tries = manner == Manner.TAKE_OVER ? ATTEMPTS : 1;
    // The other may just be writing over the file for the last time.
    while (!beat.start()) {
      if (--tries == 0) {
        throw inUse(folder);
      }
    }
    return beat::close;
  }

  /**
   * Removes what a command has left that claimed or locked the folder and is dead, where that is
   * known at once. The claim or lock of a command that may live stays.
   */
  public static void removeDead(HadoopFolder folder) throws IOException {
    Optional<Path> local = folder.local();
    if (local.isEmpty()) {
      HeartBeat.in(folder, HeartBeat.PACE).removeDead();
      return;
    }
    for (String name : List.of(TemporaryName.OWNER, TemporaryName.LOCK)) {
      Optional<LockFile> left = LockFile.tryLock(local.get().resolve(name));
      if (left.isPresent()) {
        left.get().close();
      }
    }
  }

  private static String watched(HadoopFolder folder, HeartBeat.Pace pace) {
    return "another command has claimed %s; watching for up to %d s whether it is still at work there"
        .formatted(folder.location(), Math.max(1, pace.dead().toSeconds()));
  }

  private static InUseException inUse(HadoopFolder folder) {
    return new InUseException(
        "Cannot write a run into %s: another command is at work there. Let it end, or give another output; train --take-over goes on in its place"
            .formatted(folder.location()));
  }

  /** Frees the folder. Where that fails, others find the claim's owner dead once it has ended. */
  @Override
  public void close() {
    try {
      release.run();
    } catch (IOException | RuntimeException e) {
      LOG.debug("The claim could not be freed", e);
    }
  }
}
