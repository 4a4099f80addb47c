package io.sparsetune.files;

import io.sparsetune.error.DataException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file that can be read from any byte on, many times and by many threads: on the local disk, or
 * on a Hadoop file system by an adapter. Holds nothing open between reads.
 */
public interface ByteSource {
  /** The path, as messages name it. */
  String path();

  /** Length in bytes. */
  long size() throws IOException;

  /** A stream of the bytes from {@code offset} on; the caller closes it. */
  InputStream openAt(long offset) throws IOException;

  /** A file on the local disk. */
  static ByteSource local(Path file) {
    return new ByteSource() {
      @Override
      public String path() {
        return file.toString();
      }

      @Override
      public long size() throws IOException {
        return Files.size(file);
      }

      @Override
      public InputStream openAt(long offset) throws IOException {
        FileChannel channel = FileChannel.open(file);
        channel.position(offset);
        return Channels.newInputStream(channel);
      }
    };
  }

  /** Bytes in memory. */
  static ByteSource of(String path, byte[] bytes) {
    return new ByteSource() {
      @Override
      public String path() {
        return path;
      }

      @Override
      public long size() {
        return bytes.length;
      }

      @Override
      public InputStream openAt(long offset) {
        return new java.io.ByteArrayInputStream(
            bytes, (int) offset, Math.max(0, bytes.length - (int) offset));
      }
    };
  }

  /**
   * All bytes, little-endian.
   *
   * @throws DataException where the file cannot be read, or is longer than {@code limit}
   */
  default ByteBuffer readAll(int limit) {
    try {
      long size = size();
      if (size > limit) {
        throw new DataException(
            "Cannot read %s: it has %,d bytes, more than the %,d expected of such a file"
                .formatted(path(), size, limit));
      }
      try (InputStream in = openAt(0)) {
        return ByteBuffer.wrap(in.readNBytes(limit)).order(ByteOrder.LITTLE_ENDIAN);
      }
    } catch (IOException e) {
      throw Unreadable.because(path(), e);
    }
  }
}
