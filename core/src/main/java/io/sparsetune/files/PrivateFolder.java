package io.sparsetune.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A temporary folder that its owner alone can read, for native code that has to be loaded from a
 * file. What has been loaded stays mapped when the folder is gone.
 */
public final class PrivateFolder implements AutoCloseable {
  private final Path path;

  private PrivateFolder(Path path) {
    this.path = path;
  }

  public static PrivateFolder create(String prefix) throws IOException {
    return new PrivateFolder(Files.createTempDirectory(prefix));
  }

  public Path path() {
    return path;
  }

  /** Removes it with all that is in it; what cannot be removed goes when the process ends. */
  @Override
  public void close() {
    try (Stream<Path> tree = Files.walk(path)) {
      List<Path> deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
      for (Path each : deepestFirst) {
        if (!each.toFile().delete()) {
          each.toFile().deleteOnExit();
        }
      }
    } catch (IOException e) {
      path.toFile().deleteOnExit();
    }
  }
}
