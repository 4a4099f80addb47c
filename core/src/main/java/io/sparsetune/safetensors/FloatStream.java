package io.sparsetune.safetensors;

import io.sparsetune.error.CorruptFileException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.Unreadable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Little-endian elements of a file as float32, a buffer at a time. */
public final class FloatStream {
  private static final int ELEMENTS = 1 << 14;

  private FloatStream() {}

  /**
   * Reads {@code elements} elements from byte {@code offset} on.
   *
   * @throws CorruptFileException where the file ends before
   * @throws io.sparsetune.error.DataException where it cannot be read
   * @throws IOException what the sink throws, and nothing else
   * @throws IllegalArgumentException for a type that does not convert to float32 without loss
   */
  public static void read(ByteSource file, long offset, Dtype dtype, long elements, FloatSink sink)
      throws IOException {
    if (!dtype.widensToFloat()) {
      throw new IllegalArgumentException("Invalid type of float elements: " + dtype);
    }
    int chunk = (int) Math.min(ELEMENTS, elements);
    byte[] bytes = new byte[chunk * dtype.bytes()];
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    float[] values = new float[chunk];
    try (InputStream in = open(file, offset)) {
      for (long done = 0; done < elements; ) {
        int count = (int) Math.min(chunk, elements - done);
        fill(file, in, bytes, count * dtype.bytes(), offset + done * dtype.bytes());
        widen(buffer, dtype, values, count);
        sink.accept(values, count);
        done += count;
      }
    }
  }

  private static InputStream open(ByteSource file, long offset) {
    try {
      return file.openAt(offset);
    } catch (IOException e) {
      throw Unreadable.because(file.path(), e);
    }
  }

  private static void fill(ByteSource file, InputStream in, byte[] bytes, int wanted, long at) {
    try {
      int got = in.readNBytes(bytes, 0, wanted);
      if (got < wanted) {
        throw new CorruptFileException(
            file.path(), "it ends at byte %d, inside a tensor".formatted(at + got));
      }
    } catch (IOException e) {
      throw Unreadable.because(file.path(), e);
    }
  }

  private static void widen(ByteBuffer buffer, Dtype dtype, float[] values, int count) {
    if (dtype == Dtype.F32) {
      buffer.asFloatBuffer().get(values, 0, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      short bits = buffer.getShort(2 * i);
      values[i] = dtype == Dtype.F16 ? HalfPrecision.float16(bits) : HalfPrecision.bfloat16(bits);
    }
  }
}
