package io.sparsetune.hadoop;

import io.sparsetune.error.ConfigException;
import io.sparsetune.files.ByteSource;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/** Single files by their Hadoop paths. */
public final class HadoopFiles {
  private HadoopFiles() {}

  /**
   * @throws ConfigException for a path that is none, or of a file system that is not there
   */
  public static ByteSource file(String path, Configuration hadoop) {
    Path file = path(path);
    return new HadoopFile(fileSystem(file, hadoop), file, path);
  }

  /** The path with its scheme, and absolute: it means the same from everywhere. */
  public static String qualified(String path, Configuration hadoop) {
    Path file = path(path);
    return fileSystem(file, hadoop).makeQualified(file).toString();
  }

  static Path path(String path) {
    try {
      return new Path(path);
    } catch (IllegalArgumentException e) {
      throw new ConfigException("Invalid path: '%s': %s".formatted(path, e.getMessage()));
    }
  }

  /** The path's file system; a local one without the checksum files that Hadoop lays beside. */
  static FileSystem fileSystem(Path path, Configuration hadoop) {
    try {
      FileSystem fileSystem = path.getFileSystem(hadoop);
      return fileSystem instanceof LocalFileSystem local ? local.getRaw() : fileSystem;
    } catch (IOException | IllegalArgumentException e) {
      throw new ConfigException("Cannot reach %s: %s".formatted(path, e.getMessage()));
    }
  }
}
