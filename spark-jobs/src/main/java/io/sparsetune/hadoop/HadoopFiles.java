package io.sparsetune.hadoop;

import io.sparsetune.error.ConfigException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.IoReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.UnsupportedFileSystemException;

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

  /** A path as people write it: without the scheme where it is the local file system. */
  public static String shown(String path) {
    return path.replaceFirst("^file:/+", "/");
  }

  /** Whether the path is on the disk of whichever machine opens it. */
  public static boolean isLocal(String path, Configuration hadoop) {
    return fileSystem(path(path), hadoop) instanceof RawLocalFileSystem;
  }

  /** Where a path of Hadoop's own local file system is; empty for one of any other. */
  static Optional<java.nio.file.Path> local(FileSystem fileSystem, Path path) {
    return fileSystem.getClass() == RawLocalFileSystem.class
        ? Optional.of(localPath(fileSystem.makeQualified(path)))
        : Optional.empty();
  }

  /** Whether the paths are the same, or one lies in the other; symbolic links are followed. */
  public static boolean overlap(String one, String other, Configuration hadoop) {
    String a = real(one, hadoop) + "/";
    String b = real(other, hadoop) + "/";
    return a.startsWith(b) || b.startsWith(a);
  }

  /** The path with its scheme, or where the symbolic links of a local one lead, without. */
  public static String real(String path, Configuration hadoop) {
    String qualified = qualified(path, hadoop);
    if (!isLocal(path, hadoop)) {
      return qualified;
    }
    java.nio.file.Path there = localPath(new Path(qualified));
    java.nio.file.Path missing = java.nio.file.Path.of("");
    while (!Files.exists(there) && there.getParent() != null) {
      missing = there.getFileName().resolve(missing);
      there = there.getParent();
    }
    try {
      return there.toRealPath().resolve(missing).normalize().toString();
    } catch (IOException e) {
      throw new ConfigException("Cannot reach %s: %s".formatted(path, IoReason.of(e)));
    }
  }

  /**
   * @param qualified of the local file system
   * @throws ConfigException for a name that this machine cannot write
   */
  static java.nio.file.Path localPath(Path qualified) {
    try {
      return java.nio.file.Path.of(qualified.toUri().getPath());
    } catch (InvalidPathException e) {
      throw new ConfigException("Invalid path: '%s': %s".formatted(qualified, e.getReason()));
    }
  }

  private static String inWords(Exception failure) {
    return failure instanceof IOException io
        ? IoReason.of(io)
        : String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
  }

  /**
   * The path that a text stands for.
   *
   * @throws ConfigException for a text that is none, with what to write instead
   */
  public static Path path(String path) {
    return PathText.parse(path);
  }

  /** The path's file system; a local one without the checksum files that Hadoop lays beside. */
  static FileSystem fileSystem(Path path, Configuration hadoop) {
    FileSystem fileSystem = connected(path, hadoop);
    return fileSystem instanceof LocalFileSystem local ? local.getRaw() : fileSystem;
  }

  /**
   * The path's file system as Hadoop gives it.
   *
   * @throws ConfigException where it cannot be reached, or the library that reads it is missing
   */
  public static FileSystem connected(Path path, Configuration hadoop) {
    try {
      FileSystem fileSystem = path.getFileSystem(hadoop);
      // Looks at scheme and authority, as every later use of the path does.
      fileSystem.makeQualified(path);
      return fileSystem;
    } catch (UnsupportedFileSystemException e) {
      throw new ConfigException(PathText.unknownScheme(path));
    } catch (IOException | IllegalArgumentException e) {
      throw new ConfigException("Cannot reach %s: %s".formatted(path, inWords(e)));
    } catch (RuntimeException e) {
      // Hadoop knows which class reads the scheme, and the class is not there.
      if (e.getCause() instanceof ClassNotFoundException missing) {
        throw new ConfigException(
            "Cannot reach %s: %s; add the library that has it with spark-submit's --packages (for s3a:// org.apache.hadoop:hadoop-aws in Hadoop's version)"
                .formatted(path, missing.getMessage()));
      }
      throw e;
    }
  }
}
