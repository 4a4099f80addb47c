package io.sparsetune.hadoop;

import io.sparsetune.files.ByteSource;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.fs.FSDataInputStream;
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
    return fileSystem.getFileStatus(file).getLen();
  }

  @Override
  public InputStream openAt(long offset) throws IOException {
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
