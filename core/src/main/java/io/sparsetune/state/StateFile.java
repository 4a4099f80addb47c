package io.sparsetune.state;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.UnsupportedVersionException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.Sha256;
import io.sparsetune.files.Unreadable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.function.Function;

/**
 * A file of named arrays with a checksum, streamed in both directions; its bytes depend on its
 * content alone. All numbers are little-endian:
 *
 * <ul>
 *   <li>8 bytes {@code SPTSTATE}; int32 version;
 *   <li>int32 length and UTF-8 of a JSON object in canonical form: {@code kind}, and {@code about},
 *       the description that the writer gives;
 *   <li>arrays: int8 {@link ArrayType}, int32 length and UTF-8 of the name, int64 number of
 *       elements, elements;
 *   <li>int8 0;
 *   <li>32 bytes SHA-256 of everything before.
 * </ul>
 */
public final class StateFile {
  /** {@code SPTSTATE}. */
  static final long MAGIC = 0x45544154_53545053L;

  static final int VERSION = 1;
  static final int CHECKSUM_BYTES = 32;
  static final int BUFFER_BYTES = 1 << 16;
  static final byte END = 0;

  /** The fewest bytes that a file has: magic, version, an empty header, end, checksum. */
  static final int MIN_BYTES = 8 + 4 + 4 + 1 + CHECKSUM_BYTES;

  private StateFile() {}

  /** Gives the arrays when their turn comes. */
  @FunctionalInterface
  public interface Content {
    void writeTo(StateWriter writer) throws IOException;
  }

  /**
   * Writes a file; the stream stays open.
   *
   * @param kind the sort of state that it holds, which a reader asks for
   * @param about everything that is not an array
   */
  public static void write(OutputStream out, String kind, ObjectNode about, Content content)
      throws IOException {
    StateWriter writer = new StateWriter(out);
    writer.begin(kind, about);
    content.writeTo(writer);
    writer.end();
  }

  /**
   * Reads a file, twice: nothing of it is believed before its checksum has proved right.
   *
   * @param kind that it has to be of
   * @param content takes the arrays, all of them and in their order
   * @throws CorruptFileException where it is damaged or truncated, or not such a file
   * @throws UnsupportedVersionException for another version of the format
   * @throws io.sparsetune.error.DataException where it cannot be read at all
   */
  public static <T> T read(ByteSource file, String kind, Function<StateReader, T> content) {
    try {
      long size = file.size();
      if (size < MIN_BYTES) {
        throw new CorruptFileException(
            file.path(), "it has %d bytes, too few for a file of training state".formatted(size));
      }
      try (InputStream in = file.openAt(0)) {
        requireUndamaged(file.path(), in, size);
      }
      try (InputStream in = file.openAt(0)) {
        StateReader reader = new StateReader(file.path(), in, size);
        reader.begin(kind);
        T result = content.apply(reader);
        reader.end();
        return result;
      }
    } catch (IllegalArgumentException | IndexOutOfBoundsException | ArithmeticException e) {
      throw new CorruptFileException(
          file.path(), "its content makes no sense: " + e.getMessage(), e);
    } catch (IOException e) {
      throw Unreadable.because(file.path(), e);
    } catch (StateReader.Failure e) {
      throw Unreadable.because(file.path(), e.cause());
    }
  }

  private static void requireUndamaged(String path, InputStream in, long size) throws IOException {
    MessageDigest digest = Sha256.digest();
    byte[] bytes = new byte[BUFFER_BYTES];
    int start = in.readNBytes(bytes, 0, 12);
    ByteBuffer begin = ByteBuffer.wrap(bytes, 0, start).order(ByteOrder.LITTLE_ENDIAN);
    if (start < 12 || begin.getLong() != MAGIC) {
      throw new CorruptFileException(
          path, "it does not begin as a file of training state does (at byte 0)");
    }
    int version = begin.getInt();
    if (version != VERSION) {
      throw new UnsupportedVersionException(
          path,
          "its format has version %d, and this library reads version %d (at byte 8)"
              .formatted(version, VERSION));
    }
    digest.update(bytes, 0, start);
    for (long left = size - start - CHECKSUM_BYTES; left > 0; ) {
      int count = in.readNBytes(bytes, 0, (int) Math.min(bytes.length, left));
      if (count == 0) {
        break;
      }
      digest.update(bytes, 0, count);
      left -= count;
    }
    if (!MessageDigest.isEqual(digest.digest(), in.readNBytes(CHECKSUM_BYTES))) {
      throw new CorruptFileException(
          path,
          "it is damaged or truncated: its checksum is wrong (at byte %d)"
              .formatted(size - CHECKSUM_BYTES));
    }
  }
}
