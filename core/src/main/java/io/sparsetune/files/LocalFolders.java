package io.sparsetune.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Folders on the local disk. */
public final class LocalFolders {
  private LocalFolders() {}

  /**
   * Makes a folder, and those above it, where they are missing.
   *
   * @throws IOException that says why: no permission, a file in the way, a name that is too long
   */
  public static void make(Path folder) throws IOException {
    // A link to a folder is one.
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder);
    }
  }
}
