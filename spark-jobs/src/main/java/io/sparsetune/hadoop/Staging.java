package io.sparsetune.hadoop;

import io.sparsetune.error.ConfigException;
import io.sparsetune.error.TakenOverException;
import io.sparsetune.files.TemporaryName;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A folder within an output folder, of a name that nobody knows, in which a command writes its
 * whole result before any of it takes its place. Closing removes it; what a command that was killed
 * has left there is removed by the next.
 */
public final class Staging implements AutoCloseable {
  private static final String LOCK = ".lock";

  /** Where nothing tells whether a command still runs, what is as old as this is left over. */
  private static final Duration ABANDONED = Duration.ofDays(2);

  /** Files that are nobody's result: those who have them remove them. */
  private static final Set<String> RIGHTS = Set.of(TemporaryName.LOCK, TemporaryName.OWNER);

  /** Those of this process, which the system's locks do not keep from itself. */
  private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

  /** What is done just before the files take their places, with all others kept away. */
  public interface Preparation {
    void run() throws IOException;
  }

  private final HadoopFolder target;
  private final String name;
  private final HadoopFolder files;
  private final Optional<LockFile> alive;

  /** Whether the output folder was missing before. */
  private final boolean made;

  private Staging(
      HadoopFolder target,
      String name,
      HadoopFolder files,
      Optional<LockFile> alive,
      boolean made) {
    this.target = target;
    this.name = name;
    this.files = files;
    this.alive = alive;
    this.made = made;
  }

  /** Makes one, and the output folder where it is missing. */
  public static Staging in(HadoopFolder target) throws IOException {
    boolean made = !target.exists();
    removeAbandoned(target);
    String name = TemporaryName.create();
    HadoopFolder files = target.unnamed(name);
    Optional<Path> local = files.local();
    local.ifPresent(OWN::add);
    try {
      files.make();
      Optional<LockFile> alive =
          local.isPresent()
              ? Optional.of(LockFile.create(local.get().resolve(LOCK)))
              : Optional.empty();
      return new Staging(target, name, files, alive, made);
    } catch (IOException | RuntimeException e) {
      local.ifPresent(OWN::remove);
      throw e;
    }
  }

  /** What is in it is there for nobody else. */
  public HadoopFolder files() {
    return files;
  }

  /**
   * Repeats, for {@link #publish}, the check that a command made before it began.
   *
   * @param result what the command writes where, for messages
   * @throws TakenOverException where the check fails now
   */
  public static void requireStillFree(String result, Preparation check) throws IOException {
    try {
      check.run();
    } catch (ConfigException e) {
      throw new TakenOverException(
          "Cannot write %s: another command has written there meanwhile, and what it wrote is left as it is. Give another folder, or --overwrite to replace it"
              .formatted(result));
    }
  }

  /**
   * Moves all files to the output folder.
   *
   * @param first the file that says what the others are
   * @param last the file that says that all are there
   * @param before looks whether the folder is still free, and frees it
   */
  public void publish(String first, String last, Preparation before) throws IOException {
    try (FolderLock lock = FolderLock.of(target)) {
      before.run();
      List<String> names = files.names();
      move(names, first);
      for (String each : names) {
        if (!each.equals(first) && !each.equals(last) && !each.equals(LOCK)) {
          target.moveHere(files, each);
        }
      }
      move(names, last);
    }
  }

  private void move(List<String> names, String wanted) throws IOException {
    if (names.contains(wanted)) {
      target.moveHere(files, wanted);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      if (alive.isPresent()) {
        alive.get().close();
      }
      target.deleteAll(name);
      if (made) {
        target.deleteIfEmpty();
      }
    } finally {
      files.local().ifPresent(OWN::remove);
    }
  }

  private static void removeAbandoned(HadoopFolder target) throws IOException {
    if (!target.exists()) {
      return;
    }
    for (String name : target.names()) {
      if (TemporaryName.isOne(name) && !RIGHTS.contains(name)) {
        removeAbandoned(target, name);
      }
    }
  }

  private static void removeAbandoned(HadoopFolder target, String name) throws IOException {
    Optional<Path> local = target.unnamed(name).local();
    if (local.isPresent() && Files.isDirectory(local.get(), LinkOption.NOFOLLOW_LINKS)) {
      if (OWN.contains(local.get())) {
        return;
      }
      Optional<LockFile> left = LockFile.tryLock(local.get().resolve(LOCK));
      if (left.isPresent()) {
        left.get().close();
        target.deleteAll(name);
        return;
      }
    }
    try {
      if (target.changed(name).isBefore(Instant.now().minus(ABANDONED))) {
        target.deleteAll(name);
      }
    } catch (FileNotFoundException e) {
      // Its command has removed it.
    }
  }
}
