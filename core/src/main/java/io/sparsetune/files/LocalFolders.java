package io.sparsetune.files;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Folders on the local disk. */
public final class LocalFolders {
  /** Other commands may remove folders that are empty, if they had made them. */
  private static final int ATTEMPTS = 10;

  private LocalFolders() {}

  /**
   * Makes a folder, and those above it, where they are missing.
   *
   * @throws IOException that says why: no permission, a file in the way, a name that is too long
   */
  public static void make(Path folder) throws IOException {
    for (int attempt = 1; !Files.isDirectory(folder); attempt++) {
      try {
        Files.createDirectories(folder);
      } catch (NoSuchFileException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /** Makes a new file in a folder, and the folder where it is missing; follows no link. */
  static OutputStream create(Path file) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      } catch (NoSuchFileException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
        make(file.getParent());
      }
    }
  }
}
