package io.sparsetune.state;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.UnsupportedVersionException;
import io.sparsetune.error.UserException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.Unreadable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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
   * Reads a file, and returns only once its checksum has proved right.
   *
   * @param kind that it has to be of
   * @param content takes the arrays, all of them and in their order; its result must not be used
   *     elsewhere before this method returns
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
        StateReader reader = new StateReader(file.path(), in, size);
        reader.begin(kind);
        T result = attempt(reader, content);
        reader.end();
        return result;
      }
    } catch (IOException e) {
      throw Unreadable.because(file.path(), e);
    } catch (StateReader.Failure e) {
      throw Unreadable.because(file.path(), e.cause());
    }
  }

  /** Whatever does not make sense to the caller: of a damaged file the damage is what to say. */
  private static <T> T attempt(StateReader reader, Function<StateReader, T> content)
      throws IOException {
    try {
      return content.apply(reader);
    } catch (StateReader.Failure | UnsupportedVersionException e) {
      throw e;
    } catch (UserException e) {
      reader.requireUndamaged(e);
      throw e;
    } catch (IllegalArgumentException | IllegalStateException | IndexOutOfBoundsException e) {
      reader.requireUndamaged(e);
      throw new CorruptFileException(
          reader.path(), "its content makes no sense: " + e.getMessage(), e);
    }
  }
}
