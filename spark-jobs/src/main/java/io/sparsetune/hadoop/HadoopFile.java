package io.sparsetune.hadoop;

import io.sparsetune.files.ByteSource;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** One file on a Hadoop file system. */
final class HadoopFile implements ByteSource {
  private final FileSystem fileSystem;
  private final Path file;
  private final String name;

  HadoopFile(FileSystem fileSystem, Path file, String name) {
    this.fileSystem = fileSystem;
    this.file = file;
    this.name = name;
  }

  @Override
  public String path() {
    return name;
  }

  @Override
  public long size() throws IOException {
    FileStatus status = status();
    if (status.isDirectory()) {
      throw new IOException("it is a folder, not a file");
    }
    return status.getLen();
  }

  /** Whoever opens a pipe waits until another process writes into it. */
  private void requireNoPipe() throws IOException {
    Optional<java.nio.file.Path> local = HadoopFiles.local(fileSystem, file);
    if (local.isPresent()
        && Files.exists(local.get())
        && Files.readAttributes(local.get(), BasicFileAttributes.class).isOther()) {
      throw new IOException("it is a pipe or a device, not a file");
    }
  }

  /** Hadoop calls missing what it may not look at. */
  private FileStatus status() throws IOException {
    try {
      return fileSystem.getFileStatus(file);
    } catch (FileNotFoundException e) {
      Optional<java.nio.file.Path> local = HadoopFiles.local(fileSystem, file);
      if (local.isPresent()) {
        Files.readAttributes(local.get(), BasicFileAttributes.class);
      }
      throw e;
    }
  }

  @Override
  public InputStream openAt(long offset) throws IOException {
    requireNoPipe();
    FSDataInputStream in = fileSystem.open(file);
    try {
      in.seek(offset);
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
    return in;
  }
}
