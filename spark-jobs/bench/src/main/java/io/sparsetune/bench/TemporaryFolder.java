package io.sparsetune.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.fs.FileUtil;

/** A folder that is gone in the end, also when the process is interrupted. */
final class TemporaryFolder implements AutoCloseable {
  private final Path path;
  private final Thread atExit = new Thread(this::delete);

  TemporaryFolder() throws IOException {
    path = Files.createTempDirectory("sparsetune-bench");
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  Path path() {
    return path;
  }

  @Override
  public void close() {
    delete();
    Runtime.getRuntime().removeShutdownHook(atExit);
  }

  private void delete() {
    if (!FileUtil.fullyDelete(path.toFile())) {
      System.err.println("Could not delete all of " + path);
    }
  }
}
