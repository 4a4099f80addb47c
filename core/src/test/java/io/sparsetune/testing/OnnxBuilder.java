package io.sparsetune.testing;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** Writes ONNX files field by field. */
public final class OnnxBuilder {
  /** Writes one message's fields. */
  public interface Fields {
    void writeTo(CodedOutputStream out) throws IOException;
  }

  private final ByteArrayOutputStream graph = new ByteArrayOutputStream();

  /** A field of the graph. */
  public OnnxBuilder add(int number, Fields fields) {
    graph.writeBytes(field(number, bytes(fields)));
    return this;
  }

  /** A float32 initializer, in {@code raw_data}. */
  public OnnxBuilder floats(String name, List<Integer> shape, float[] values) {
    return add(5, tensor(name, shape, 1, 9, little(values)));
  }

  /** A float32 initializer, in packed {@code float_data}. */
  public OnnxBuilder packedFloats(String name, List<Integer> shape, float[] values) {
    return add(5, tensor(name, shape, 1, 4, little(values)));
  }

  /** An int64 initializer. */
  public OnnxBuilder longs(String name, long... values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return add(5, tensor(name, List.of(values.length), 7, 9, bytes.array()));
  }

  /** A {@code Constant} node with one float. */
  public OnnxBuilder constant(String output, float value) {
    byte[] attribute =
        bytes(
            out -> {
              out.writeString(1, "value");
              out.writeByteArray(
                  5, bytes(tensor("", List.of(), 1, 9, little(new float[] {value}))));
            });
    return add(
        1,
        out -> {
          out.writeString(2, output);
          out.writeString(4, "Constant");
          out.writeByteArray(5, attribute);
        });
  }

  /** A node with one output, named after the node. */
  public OnnxBuilder node(String op, String name, List<String> inputs) {
    return add(
        1,
        out -> {
          for (String input : inputs) {
            out.writeString(1, input);
          }
          out.writeString(2, name + "_output_0");
          out.writeString(3, name);
          out.writeString(4, op);
        });
  }

  /** A node that passes a tensor on under another name. */
  public OnnxBuilder identity(String input, String output) {
    return add(
        1,
        out -> {
          out.writeString(1, input);
          out.writeString(2, output);
          out.writeString(4, "Identity");
        });
  }

  /** A node with an attribute that is a whole number. */
  public OnnxBuilder node(
      String op, String name, List<String> inputs, String attribute, long value) {
    return add(
        1,
        out -> {
          for (String input : inputs) {
            out.writeString(1, input);
          }
          out.writeString(2, name + "_output_0");
          out.writeString(3, name);
          out.writeString(4, op);
          byte[] number =
              bytes(
                  o -> {
                    o.writeString(1, attribute);
                    o.writeInt64(3, value);
                  });
          out.writeByteArray(5, number);
        });
  }

  /** The file. */
  public byte[] build() {
    byte[] header = bytes(out -> out.writeInt64(1, 8));
    return concat(header, field(7, graph.toByteArray()));
  }

  /** A tensor's fields; {@code data} in the field of that number. */
  public static Fields tensor(
      String name, List<Integer> shape, int type, int dataField, byte[] data) {
    return out -> {
      for (int dimension : shape) {
        out.writeInt64(1, dimension);
      }
      out.writeInt32(2, type);
      out.writeString(8, name);
      out.writeByteArray(dataField, data);
    };
  }

  private static byte[] field(int number, byte[] message) {
    return bytes(out -> out.writeByteArray(number, message));
  }

  private static byte[] bytes(Fields fields) {
    try {
      ByteArrayOutputStream inner = new ByteArrayOutputStream();
      CodedOutputStream out = CodedOutputStream.newInstance(inner);
      fields.writeTo(out);
      out.flush();
      return inner.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] little(float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
