package io.sparsetune.files;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Where a folder of files is written: on the local disk, or on a Hadoop file system. */
public interface OutputFolder {
  /** Writes a file's bytes. */
  interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /** The folder, as messages name it. */
  String location();

  /** Writes a file under a temporary name and renames it: it is there complete, or not at all. */
  void write(String name, Content content) throws IOException;

  /** A folder on the local disk; made where it is missing. */
  static OutputFolder local(Path folder) {
    return new OutputFolder() {
      @Override
      public String location() {
        return folder.toString();
      }

      @Override
      public void write(String name, Content content) throws IOException {
        // Only what is new is opened: no link that somebody has laid there is followed.
        Path temporary = folder.resolve(TemporaryName.create());
        try {
          try (OutputStream out =
              new BufferedOutputStream(LocalFolders.create(temporary), 1 << 16)) {
            content.writeTo(out);
          }
          Files.move(temporary, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } finally {
          Files.deleteIfExists(temporary);
        }
      }
    };
  }
}
