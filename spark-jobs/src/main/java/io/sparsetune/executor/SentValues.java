package io.sparsetune.executor;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The values of what is trained, as they are broadcast for each step: their count, and their bytes
 * in blocks. Java's own form of an array is written one number at a time.
 */
final class SentValues implements Serializable {
  private static final long serialVersionUID = 1;

  /** Values that are written at once. */
  private static final int BLOCK = 8192;

  private transient float[] values;

  /**
   * @param values not copied
   */
  SentValues(float[] values) {
    this.values = values;
  }

  /** Not a copy. */
  float[] values() {
    return values;
  }

  private void writeObject(ObjectOutputStream out) throws IOException {
    out.defaultWriteObject();
    out.writeInt(values.length);
    ByteBuffer block = block();
    for (int from = 0, count; from < values.length; from += count) {
      count = Math.min(BLOCK, values.length - from);
      block.asFloatBuffer().put(values, from, count);
      out.write(block.array(), 0, count * Float.BYTES);
    }
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    int size = in.readInt();
    if (size < 0) {
      throw new InvalidObjectException("Invalid values: a count of " + size);
    }
    values = new float[size];
    ByteBuffer block = block();
    for (int from = 0, count; from < size; from += count) {
      count = Math.min(BLOCK, size - from);
      in.readFully(block.array(), 0, count * Float.BYTES);
      block.asFloatBuffer().get(values, from, count);
    }
  }

  private static ByteBuffer block() {
    return ByteBuffer.allocate(BLOCK * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }
}
