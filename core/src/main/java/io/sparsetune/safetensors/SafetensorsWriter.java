package io.sparsetune.safetensors;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Writes a safetensors file whose bytes depend on its content alone: metadata first, everything in
 * the order of its name, no blanks but the header's padding to a multiple of eight. Tensors are
 * streamed one after the other. Not safe for several threads.
 */
public final class SafetensorsWriter {
  private static final int BUFFER_BYTES = 1 << 16;

  /** Gives a tensor's elements, in row-major order, when its turn comes. */
  @FunctionalInterface
  public interface Floats {
    void writeTo(FloatSink sink) throws IOException;
  }

  private interface Data {
    void writeTo(ElementStream out) throws IOException;
  }

  private record Entry(Dtype dtype, List<Integer> shape, long elements, Data data) {}

  private final SortedMap<String, Entry> tensors = new TreeMap<>();
  private final SortedMap<String, String> metadata = new TreeMap<>();

  public SafetensorsWriter metadata(String key, String value) {
    metadata.put(key, value);
    return this;
  }

  public SafetensorsWriter metadata(Map<String, String> entries) {
    metadata.putAll(entries);
    return this;
  }

  /** A float32 tensor, streamed when it is written. */
  public SafetensorsWriter floats(String name, List<Integer> shape, Floats data) {
    return add(name, Dtype.F32, shape, out -> data.writeTo(out::floats));
  }

  /** A float32 tensor. */
  public SafetensorsWriter floats(String name, List<Integer> shape, float[] values) {
    return floats(name, shape, sink -> sink.accept(values, values.length));
  }

  /** An int32 tensor. */
  public SafetensorsWriter ints(String name, List<Integer> shape, int[] values) {
    return add(name, Dtype.I32, shape, out -> out.ints(values));
  }

  private SafetensorsWriter add(String name, Dtype dtype, List<Integer> shape, Data data) {
    long elements = 1;
    for (int dimension : shape) {
      elements = Math.multiplyExact(elements, dimension);
    }
    if (name.equals("__metadata__")
        || tensors.put(name, new Entry(dtype, List.copyOf(shape), elements, data)) != null) {
      throw new IllegalArgumentException("Invalid tensor name: " + name + " is taken");
    }
    return this;
  }

  /**
   * Writes the whole file; the stream stays open.
   *
   * @throws IllegalStateException where a tensor gives more or fewer elements than its shape
   */
  public void writeTo(OutputStream out) throws IOException {
    byte[] header = header().getBytes(StandardCharsets.UTF_8);
    int padded = (header.length + 7) / 8 * 8;
    ByteBuffer start = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
    start.putLong(padded).put(header);
    while (start.hasRemaining()) {
      start.put((byte) ' ');
    }
    out.write(start.array());
    for (Map.Entry<String, Entry> tensor : tensors.entrySet()) {
      ElementStream elements = new ElementStream(out);
      tensor.getValue().data().writeTo(elements);
      if (elements.written != tensor.getValue().elements()) {
        throw new IllegalStateException(
            "Tensor %s gave %d elements instead of %d"
                .formatted(tensor.getKey(), elements.written, tensor.getValue().elements()));
      }
    }
  }

  private String header() {
    StringBuilder json = new StringBuilder("{");
    if (!metadata.isEmpty()) {
      json.append("\"__metadata__\":{");
      metadata.forEach(
          (key, value) -> json.append(quote(key)).append(':').append(quote(value)).append(','));
      json.setCharAt(json.length() - 1, '}');
      json.append(',');
    }
    long offset = 0;
    for (Map.Entry<String, Entry> tensor : tensors.entrySet()) {
      Entry entry = tensor.getValue();
      long end = offset + entry.elements() * entry.dtype().bytes();
      json.append(quote(tensor.getKey()))
          .append(":{\"dtype\":\"")
          .append(entry.dtype())
          .append("\",\"shape\":")
          .append(entry.shape().toString().replace(" ", ""))
          .append(",\"data_offsets\":[")
          .append(offset)
          .append(',')
          .append(end)
          .append("]},");
      offset = end;
    }
    if (json.length() > 1) {
      json.setLength(json.length() - 1);
    }
    return json.append('}').toString();
  }

  private static String quote(String text) {
    return '"' + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
  }

  /** Elements to little-endian bytes, by way of a buffer. */
  private static final class ElementStream {
    private final OutputStream out;
    private final ByteBuffer buffer =
        ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private long written;

    ElementStream(OutputStream out) {
      this.out = out;
    }

    void floats(float[] values, int count) throws IOException {
      for (int from = 0; from < count; from += BUFFER_BYTES / 4) {
        int piece = Math.min(BUFFER_BYTES / 4, count - from);
        for (int i = 0; i < piece; i++) {
          buffer.putInt(4 * i, Float.floatToRawIntBits(values[from + i]));
        }
        out.write(buffer.array(), 0, 4 * piece);
      }
      written += count;
    }

    void ints(int[] values) throws IOException {
      for (int from = 0; from < values.length; from += BUFFER_BYTES / 4) {
        int piece = Math.min(BUFFER_BYTES / 4, values.length - from);
        for (int i = 0; i < piece; i++) {
          buffer.putInt(4 * i, values[from + i]);
        }
        out.write(buffer.array(), 0, 4 * piece);
      }
      written += values.length;
    }
  }
}
