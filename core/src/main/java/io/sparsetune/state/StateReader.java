package io.sparsetune.state;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.files.StrictJson;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Gives the arrays of a {@link StateFile}, each once and in the order in which they were written.
 * Every length is compared with the length of the file before anything is allocated. Not safe for
 * several threads.
 */
public final class StateReader {
  private final String path;
  private final InputStream in;
  private final long end;
  private final ByteBuffer buffer =
      ByteBuffer.allocate(StateFile.BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  /** Bytes read. */
  private long at;

  private ObjectNode about;

  /** The type of the array whose turn it is; null at the end, and before it is known. */
  private ArrayType type;

  private String name;
  private boolean known;

  /** A failure to read the file, to pass through a function that throws none. */
  static final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1;

    Failure(IOException cause) {
      super(cause);
    }

    IOException cause() {
      return (IOException) getCause();
    }
  }

  StateReader(String path, InputStream in, long size) {
    this.path = path;
    this.in = in;
    this.end = size - StateFile.CHECKSUM_BYTES;
  }

  void begin(String kind) throws IOException {
    bytes(8 + 4);
    ObjectNode header = StrictJson.parseObject(path, text("header"));
    if (!(header.get("about") instanceof ObjectNode description)
        || !header.path("kind").isTextual()
        || header.size() != 2) {
      throw new CorruptFileException(path, "its header is not a kind and a description");
    }
    if (!header.get("kind").textValue().equals(kind)) {
      throw new CorruptFileException(
          path,
          "it holds the state of a %s, not of a %s"
              .formatted(header.get("kind").textValue(), kind));
    }
    about = description;
  }

  /** Everything that is not an array. */
  public ObjectNode about() {
    return about;
  }

  /** Whether there is another array. */
  public boolean hasNext() {
    look();
    return type != null;
  }

  /**
   * The name of the array whose turn it is.
   *
   * @throws CorruptFileException where there is none
   */
  public String next() {
    look();
    if (type == null) {
      throw new CorruptFileException(path, "it has too few arrays (at byte %d)".formatted(at));
    }
    return name;
  }

  /**
   * Reads the array whose turn it is.
   *
   * @param expected its name
   * @throws CorruptFileException where the name or the type is another
   */
  public float[] floats(String expected) {
    float[] values = new float[count(expected, ArrayType.FLOATS)];
    fill(values);
    return values;
  }

  /** {@link #floats(String)} into an array, which has to have its length. */
  public void floats(String expected, float[] into) {
    int count = count(expected, ArrayType.FLOATS);
    if (count != into.length) {
      throw new CorruptFileException(
          path, "array %s has %d elements instead of %d".formatted(expected, count, into.length));
    }
    fill(into);
  }

  private void fill(float[] values) {
    for (int done = 0; done < values.length; ) {
      ByteBuffer piece = piece(values.length - done, Float.BYTES);
      int count = piece.remaining() / Float.BYTES;
      piece.asFloatBuffer().get(values, done, count);
      done += count;
    }
  }

  public double[] doubles(String expected) {
    double[] values = new double[count(expected, ArrayType.DOUBLES)];
    for (int done = 0; done < values.length; ) {
      ByteBuffer piece = piece(values.length - done, Double.BYTES);
      while (piece.hasRemaining()) {
        values[done++] = Double.longBitsToDouble(piece.getLong());
      }
    }
    return values;
  }

  public int[] ints(String expected) {
    int[] values = new int[count(expected, ArrayType.INTS)];
    for (int done = 0; done < values.length; ) {
      ByteBuffer piece = piece(values.length - done, Integer.BYTES);
      while (piece.hasRemaining()) {
        values[done++] = piece.getInt();
      }
    }
    return values;
  }

  public long[] longs(String expected) {
    long[] values = new long[count(expected, ArrayType.LONGS)];
    for (int done = 0; done < values.length; ) {
      ByteBuffer piece = piece(values.length - done, Long.BYTES);
      while (piece.hasRemaining()) {
        values[done++] = piece.getLong();
      }
    }
    return values;
  }

  private ByteBuffer piece(int elements, int bytesEach) {
    return unchecked(Math.min(elements, StateFile.BUFFER_BYTES / bytesEach) * bytesEach);
  }

  private void look() {
    if (known) {
      return;
    }
    int code = unchecked(1).get();
    type = null;
    if (code != StateFile.END) {
      long start = at - 1;
      type =
          ArrayType.of(code)
              .orElseThrow(
                  () ->
                      new CorruptFileException(
                          path, "it has an array of no known type at byte " + start));
      try {
        name = text("name of an array");
      } catch (IOException e) {
        throw new Failure(e);
      }
    }
    known = true;
  }

  private int count(String expected, ArrayType wanted) {
    if (!next().equals(expected)) {
      throw new CorruptFileException(
          path, "it has the array %s where %s belongs (at byte %d)".formatted(name, expected, at));
    }
    if (type != wanted) {
      throw new CorruptFileException(
          path,
          "array %s has %s, not %s (at byte %d)"
              .formatted(expected, type.words(), wanted.words(), at));
    }
    long count = unchecked(Long.BYTES).getLong();
    if (count < 0 || count > (end - at) / type.bytes() || count > Integer.MAX_VALUE - 8) {
      throw new CorruptFileException(
          path,
          "array %s claims %s elements, more than there are (at byte %d)"
              .formatted(expected, Long.toUnsignedString(count), at - Long.BYTES));
    }
    known = false;
    return (int) count;
  }

  private String text(String what) throws IOException {
    int length = bytes(Integer.BYTES).getInt();
    if (length < 0 || length > end - at) {
      throw new CorruptFileException(
          path,
          "the %s claims %s bytes, more than there are (at byte %d)"
              .formatted(what, Integer.toUnsignedString(length), at - Integer.BYTES));
    }
    long start = at;
    byte[] text = new byte[length];
    for (int done = 0; done < length; ) {
      int count = Math.min(StateFile.BUFFER_BYTES, length - done);
      bytes(count).get(text, done, count);
      done += count;
    }
    return StrictJson.decode(path, ByteBuffer.wrap(text), start);
  }

  /**
   * @throws CorruptFileException where something follows
   */
  void end() {
    if (hasNext()) {
      throw new CorruptFileException(
          path, "it has an array %s too many (at byte %d)".formatted(name, at));
    }
    if (at != end) {
      throw new CorruptFileException(path, "it goes on after its end, at byte " + at);
    }
  }

  private ByteBuffer unchecked(int count) {
    try {
      return bytes(count);
    } catch (IOException e) {
      throw new Failure(e);
    }
  }

  /** The next bytes, in the buffer. */
  private ByteBuffer bytes(int count) throws IOException {
    if (count > end - at) {
      throw new CorruptFileException(path, "it ends too early, after byte " + at);
    }
    if (in.readNBytes(buffer.array(), 0, count) < count) {
      throw new EOFException("it became shorter while it was read");
    }
    at += count;
    return buffer.clear().limit(count);
  }
}
