package io.sparsetune.hadoop;

import io.sparsetune.files.TemporaryName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * A file on a local disk that one process has locked. The system takes the lock back from a process
 * that ends, however it ends. Closing removes the file. Where the file system has no locks, as some
 * mounts of NFS and Lustre have not, nobody is kept away.
 */
final class LockFile implements AutoCloseable {
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Longest file: not every file system leaves out what is not written. */
  static final int LONGEST = 1 << 20;

  private static final Pattern NO_LOCKS =
      Pattern.compile("No locks available|not implemented|not supported", Pattern.CASE_INSENSITIVE);

  /**
   * This process's, by their real paths: to open such a file, and close it again, would free the
   * system's lock.
   */
  private static final Map<Path, LockFile> HELD = new ConcurrentHashMap<>();

  private final Path file;
  private final Path real;
  private final FileChannel channel;

  private LockFile(Path file, FileChannel channel) throws IOException {
    this.file = file;
    this.real = real(file);
    this.channel = channel;
    HELD.put(real, this);
  }

  /** The path that leads over no link. */
  private static Path real(Path file) throws IOException {
    return file.toAbsolutePath().getParent().toRealPath().resolve(file.getFileName());
  }

  /** Makes the file where it is missing, and waits until no other process has it locked. */
  static LockFile waitFor(Path file) throws IOException {
    while (true) {
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
      try {
        if (!isLocked(channel::lock) || isStillThere(file, channel)) {
          return new LockFile(file, channel);
        }
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
      channel.close();
    }
  }

  /** Makes a file that is there under its name only once it is locked. */
  static LockFile create(Path file) throws IOException {
    Path unnamed = file.resolveSibling(TemporaryName.create());
    FileChannel channel =
        FileChannel.open(unnamed, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try {
      isLocked(channel::lock);
      Files.move(unnamed, file, StandardCopyOption.ATOMIC_MOVE);
      return new LockFile(file, channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Takes a lock of the system's. */
  interface Locking {
    FileLock lock() throws IOException;
  }

  /**
   * Takes a lock; false where the file system has none, or another process has it.
   *
   * @throws IOException where that fails for another reason
   */
  static boolean isLocked(Locking locking) throws IOException {
    try {
      return locking.lock() != null;
    } catch (IOException e) {
      if (saysNoLocks(e)) {
        return false;
      }
      throw e;
    }
  }

  private static boolean saysNoLocks(IOException e) {
    return NO_LOCKS.matcher(String.valueOf(e.getMessage())).find();
  }

  /**
   * Makes the file where it is missing, and locks it; empty where another process, or another part
   * of this one, has it locked.
   *
   * @throws NoLocksException where the file system has no locks
   */
  static synchronized Optional<LockFile> take(Path file) throws IOException {
    if (HELD.containsKey(real(file))) {
      return Optional.empty();
    }
    while (true) {
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
      try {
        FileLock lock = channel.tryLock();
        if (lock != null && isStillThere(file, channel)) {
          return Optional.of(new LockFile(file, channel));
        }
        channel.close();
        if (lock == null) {
          return Optional.empty();
        }
      } catch (OverlappingFileLockException e) {
        channel.close();
        return Optional.empty();
      } catch (IOException e) {
        channel.close();
        throw saysNoLocks(e) ? new NoLocksException(e) : e;
      }
    }
  }

  /** A file system without locks. */
  static final class NoLocksException extends IOException {
    private static final long serialVersionUID = 1;

    NoLocksException(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  /**
   * Locks a file that is there; empty where a process has it locked, it is missing, or the file
   * system does not tell.
   */
  static synchronized Optional<LockFile> tryLock(Path file) throws IOException {
    FileChannel channel;
    try {
      if (HELD.containsKey(real(file))) {
        return Optional.empty();
      }
      channel = FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    try {
      if (isLocked(channel::tryLock) && isStillThere(file, channel)) {
        return Optional.of(new LockFile(file, channel));
      }
    } catch (OverlappingFileLockException e) {
      // This process has it.
    }
    channel.close();
    return Optional.empty();
  }

  /**
   * Whether the name leads to the file that is locked: the one who had it before may have removed
   * it. Opening it to see would lose the lock, so it gets a length that nobody else draws.
   */
  private static boolean isStillThere(Path file, FileChannel channel) throws IOException {
    long length = 1 + RANDOM.nextInt(LONGEST);
    channel.truncate(0);
    channel.write(ByteBuffer.allocate(1), length - 1);
    try {
      return Files.size(file) == length;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** One that another has replaced by its own is left to that one. */
  @Override
  public void close() throws IOException {
    try (channel) {
      if (!isReplaced()) {
        Files.deleteIfExists(file);
      }
    } finally {
      HELD.remove(real, this);
    }
  }

  private boolean isReplaced() {
    try {
      return !isStillThere(file, channel);
    } catch (IOException e) {
      // A full disk, for one.
      return false;
    }
  }
}
