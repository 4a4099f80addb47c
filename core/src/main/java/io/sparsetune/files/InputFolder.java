package io.sparsetune.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A folder of files known by plain names. A local folder, a Hadoop folder, or files that were
 * shipped one by one under other names: whoever implements it maps the names.
 */
public interface InputFolder {
  /** The folder, as messages name it. */
  String location();

  boolean contains(String name) throws IOException;

  /** The file of that name, whether or not it exists. */
  ByteSource file(String name);

  /** A folder on the local disk. */
  static InputFolder local(Path folder) {
    return new InputFolder() {
      @Override
      public String location() {
        return folder.toString();
      }

      @Override
      public boolean contains(String name) {
        return Files.isRegularFile(folder.resolve(name));
      }

      @Override
      public ByteSource file(String name) {
        return ByteSource.local(folder.resolve(name));
      }
    };
  }
}
