package io.sparsetune.safetensors;

import io.sparsetune.error.CorruptFileException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.StrictJson;
import io.sparsetune.files.Unreadable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;

/**
 * A safetensors file: eight bytes of header length, a JSON header, then the tensors' bytes. The
 * header is checked completely when it is opened, every size before anything is allocated; tensors
 * are read one at a time. Holds no open file; safe for many threads.
 */
public final class SafetensorsReader {
  /** Longest header accepted: some hundred thousand tensors. */
  static final int MAX_HEADER_BYTES = 16 << 20;

  private final ByteSource file;
  private final SafetensorsHeader header;

  private SafetensorsReader(ByteSource file, SafetensorsHeader header) {
    this.file = file;
    this.header = header;
  }

  /**
   * Reads and checks the header.
   *
   * @throws CorruptFileException where the file breaks the format in any way
   * @throws io.sparsetune.error.DataException where it cannot be read at all
   */
  public static SafetensorsReader open(ByteSource file) {
    try {
      long size = file.size();
      if (size < 8) {
        throw new CorruptFileException(
            file.path(), "it has %d bytes, too few for a safetensors header".formatted(size));
      }
      try (InputStream in = file.openAt(0)) {
        long length = ByteBuffer.wrap(read(in, 8)).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 0 || length > MAX_HEADER_BYTES) {
          throw new CorruptFileException(
              file.path(),
              "its header claims %s bytes, more than the %d allowed (at byte 0)"
                  .formatted(Long.toUnsignedString(length), MAX_HEADER_BYTES));
        }
        if (length > size - 8) {
          throw new CorruptFileException(
              file.path(),
              "it is truncated: its header claims %d bytes, %d are there (at byte 0)"
                  .formatted(length, size - 8));
        }
        byte[] bytes = read(in, (int) length);
        if (bytes.length < length) {
          throw new CorruptFileException(
              file.path(), "it ends at byte %d, inside its header".formatted(8 + bytes.length));
        }
        if (bytes.length == 0 || bytes[0] != '{') {
          throw new CorruptFileException(file.path(), "its header does not begin with { at byte 8");
        }
        String text = StrictJson.decode(file.path(), ByteBuffer.wrap(bytes), 8);
        return new SafetensorsReader(
            file, HeaderParser.parse(file.path(), text, 8 + length, size - 8 - length));
      }
    } catch (IOException e) {
      throw Unreadable.because(file.path(), e);
    }
  }

  public String path() {
    return file.path();
  }

  /** The tensors, by name. */
  public SortedMap<String, TensorInfo> tensors() {
    return Collections.unmodifiableSortedMap(header.tensors());
  }

  /** {@code __metadata__}; empty where there is none. */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(header.metadata());
  }

  /**
   * A tensor of F32, F16 or BF16 as float32, row-major.
   *
   * @throws CorruptFileException where it is missing, or of another type
   */
  public float[] floats(String name) {
    float[] values = new float[size(info(name))];
    floats(name, values, 0);
    return values;
  }

  /** {@link #floats(String)} into an array, from index {@code at} on. */
  public void floats(String name, float[] into, int at) {
    try {
      floats(name, FloatSink.into(into, at));
    } catch (IOException e) {
      throw new IllegalStateException("An array cannot fail to be written", e);
    }
  }

  /**
   * {@link #floats(String)} piece by piece, in constant memory.
   *
   * @throws IOException what the sink throws, and nothing else
   */
  public void floats(String name, FloatSink sink) throws IOException {
    TensorInfo tensor = info(name);
    if (!tensor.dtype().widensToFloat()) {
      throw wrongType(tensor, "F32, F16 or BF16");
    }
    FloatStream.read(file, tensor.offset(), tensor.dtype(), tensor.elements(), sink);
  }

  /** A tensor of I32. */
  public int[] ints(String name) {
    TensorInfo tensor = info(name);
    if (tensor.dtype() != Dtype.I32) {
      throw wrongType(tensor, "I32");
    }
    int[] values = new int[size(tensor)];
    bytes(tensor).asIntBuffer().get(values);
    return values;
  }

  /**
   * A tensor of I32 or I64 as int32.
   *
   * @throws CorruptFileException where it is missing, of another type, or has a value that is no
   *     int32
   */
  public int[] positions(String name) {
    TensorInfo tensor = info(name);
    if (tensor.dtype() == Dtype.I32) {
      return ints(name);
    }
    if (tensor.dtype() != Dtype.I64) {
      throw wrongType(tensor, "I32 or I64");
    }
    int[] values = new int[size(tensor)];
    LongBuffer longs = bytes(tensor).asLongBuffer();
    for (int i = 0; i < values.length; i++) {
      long value = longs.get(i);
      if (value != (int) value) {
        throw new CorruptFileException(
            file.path(),
            "tensor %s has the value %d at element %d, which is no position"
                .formatted(tensor.name(), value, i));
      }
      values[i] = (int) value;
    }
    return values;
  }

  private TensorInfo info(String name) {
    TensorInfo tensor = header.tensors().get(name);
    if (tensor == null) {
      throw new CorruptFileException(file.path(), "it has no tensor " + name);
    }
    return tensor;
  }

  private int size(TensorInfo tensor) {
    if (tensor.elements() > Integer.MAX_VALUE - 8) {
      throw new CorruptFileException(
          file.path(),
          "tensor %s has %d elements, more than fit in memory"
              .formatted(tensor.name(), tensor.elements()));
    }
    return (int) tensor.elements();
  }

  /** All bytes of a tensor of at most 2 GB. */
  private ByteBuffer bytes(TensorInfo tensor) {
    if (tensor.bytes() > Integer.MAX_VALUE - 8) {
      throw new CorruptFileException(
          file.path(),
          "tensor %s has %d bytes, more than fit in memory"
              .formatted(tensor.name(), tensor.bytes()));
    }
    try (InputStream in = file.openAt(tensor.offset())) {
      byte[] bytes = read(in, (int) tensor.bytes());
      if (bytes.length < tensor.bytes()) {
        throw new CorruptFileException(
            file.path(),
            "it ends at byte %d, inside a tensor".formatted(tensor.offset() + bytes.length));
      }
      return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw Unreadable.because(file.path(), e);
    }
  }

  private CorruptFileException wrongType(TensorInfo tensor, String wanted) {
    return new CorruptFileException(
        file.path(),
        "tensor %s has dtype %s, %s is needed (at byte %d)"
            .formatted(tensor.name(), tensor.dtype(), wanted, tensor.offset()));
  }

  private static byte[] read(InputStream in, int count) throws IOException {
    return in.readNBytes(count);
  }
}
