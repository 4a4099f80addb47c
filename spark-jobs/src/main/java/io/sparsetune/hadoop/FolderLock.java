package io.sparsetune.hadoop;

import io.sparsetune.error.TakenOverException;
import io.sparsetune.files.LocalFolders;
import io.sparsetune.files.TemporaryName;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The right to change which files an output folder holds; one command has it at a time, for the
 * moment in which it renames them. On a local disk whoever comes later waits, and a command that is
 * killed leaves nothing locked. Elsewhere it is a file that is made only where it is missing.
 */
public final class FolderLock implements AutoCloseable {
  /** The system's locks keep processes apart; this one keeps threads apart. */
  private static final ReentrantLock THREADS = new ReentrantLock();

  private interface Release {
    void run() throws IOException;
  }

  private final Release release;

  private FolderLock(Release release) {
    this.release = release;
  }

  /**
   * Takes the right; makes a folder that is missing.
   *
   * @throws TakenOverException where another command has it, and not on a local disk
   */
  static FolderLock of(HadoopFolder folder) throws IOException {
    if (folder.local().isPresent()) {
      return ofLocal(folder);
    }
    if (!folder.createNew(TemporaryName.LOCK)) {
      throw new TakenOverException(
          "Cannot write into %s: another command is writing there at this moment. Let it end first; if none is, delete %s there"
              .formatted(folder.location(), TemporaryName.LOCK));
    }
    return new FolderLock(() -> folder.delete(TemporaryName.LOCK));
  }

  /** Takes the right on a local disk; elsewhere nobody is kept away. */
  public static FolderLock ofLocal(HadoopFolder folder) throws IOException {
    if (folder.local().isEmpty()) {
      return new FolderLock(() -> {});
    }
    THREADS.lock();
    try {
      LockFile lock = waitFor(folder.local().orElseThrow());
      return new FolderLock(
          () -> {
            try {
              lock.close();
            } finally {
              THREADS.unlock();
            }
          });
    } catch (IOException | RuntimeException e) {
      THREADS.unlock();
      throw e;
    }
  }

  private static LockFile waitFor(Path folder) throws IOException {
    while (true) {
      LocalFolders.make(folder);
      try {
        return LockFile.waitFor(folder.resolve(TemporaryName.LOCK));
      } catch (NoSuchFileException e) {
        // Another command has tried whether it can write, and removed the folder that it made.
      }
    }
  }

  @Override
  public void close() throws IOException {
    release.run();
  }
}
