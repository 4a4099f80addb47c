package io.sparsetune.state;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.files.CanonicalJson;
import io.sparsetune.files.Sha256;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** Takes the arrays of a {@link StateFile}, one after the other. Not safe for several threads. */
public final class StateWriter {
  private final OutputStream out;
  private final MessageDigest digest = Sha256.digest();
  private final ByteBuffer buffer =
      ByteBuffer.allocate(StateFile.BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  StateWriter(OutputStream out) {
    this.out = out;
  }

  void begin(String kind, ObjectNode about) throws IOException {
    ObjectNode header = JsonNodeFactory.instance.objectNode();
    header.put("kind", kind);
    header.set("about", about);
    buffer.putLong(StateFile.MAGIC).putInt(StateFile.VERSION);
    text(CanonicalJson.write(header));
  }

  public void floats(String name, float[] values) throws IOException {
    floats(name, values, 0, values.length);
  }

  /** An array that is the part [from, from + count) of another. */
  public void floats(String name, float[] values, int from, int count) throws IOException {
    array(ArrayType.FLOATS, name, count);
    for (int done = 0; done < count; ) {
      room(Float.BYTES);
      int piece = Math.min(count - done, buffer.remaining() / Float.BYTES);
      // In bulk, which also leaves the bits of what is not a number as they are.
      buffer.asFloatBuffer().put(values, from + done, piece);
      buffer.position(buffer.position() + piece * Float.BYTES);
      done += piece;
    }
  }

  public void doubles(String name, double[] values) throws IOException {
    array(ArrayType.DOUBLES, name, values.length);
    for (double value : values) {
      room(Double.BYTES);
      buffer.putLong(Double.doubleToRawLongBits(value));
    }
  }

  public void ints(String name, int[] values) throws IOException {
    array(ArrayType.INTS, name, values.length);
    for (int value : values) {
      room(Integer.BYTES);
      buffer.putInt(value);
    }
  }

  public void longs(String name, long[] values) throws IOException {
    array(ArrayType.LONGS, name, values.length);
    for (long value : values) {
      room(Long.BYTES);
      buffer.putLong(value);
    }
  }

  void end() throws IOException {
    room(1);
    buffer.put(StateFile.END);
    flush();
    out.write(digest.digest());
  }

  private void array(ArrayType type, String name, int count) throws IOException {
    room(1);
    buffer.put(type.code());
    text(name);
    room(Long.BYTES);
    buffer.putLong(count);
  }

  private void text(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    room(Integer.BYTES);
    buffer.putInt(bytes.length);
    flush();
    digest.update(bytes);
    out.write(bytes);
  }

  private void room(int bytes) throws IOException {
    if (buffer.remaining() < bytes) {
      flush();
    }
  }

  private void flush() throws IOException {
    digest.update(buffer.array(), 0, buffer.position());
    out.write(buffer.array(), 0, buffer.position());
    buffer.clear();
  }
}
