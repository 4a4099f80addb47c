package io.sparsetune.onnx;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.UnsupportedVersionException;
import io.sparsetune.safetensors.Dtype;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads TensorProto messages: shape and type, and where the elements lie; not the elements. */
final class TensorParser {
  private static final int MAX_DIMENSIONS = 8;

  /** Constants of at most so many bytes are kept as numbers: shapes, scales, epsilons. */
  private static final int SMALL_BYTES = 64;

  private final String path;
  private final CodedInputStream in;
  private final long fileSize;

  private String name;
  private int type;
  private List<Integer> shape;
  private long offset;
  private long bytes;
  private byte[] small;
  private List<Double> integers;

  TensorParser(String path, CodedInputStream in, long fileSize) {
    this.path = path;
    this.in = in;
    this.fileSize = fileSize;
  }

  /** The tensor up to the current limit. */
  OnnxTensor parse() throws IOException {
    name = "";
    type = 0;
    shape = new ArrayList<>();
    offset = -1;
    bytes = -1;
    small = new byte[0];
    integers = new ArrayList<>();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case 1 -> dimensions(tag);
        case 2 -> type = WireFormat.getTagWireType(tag) == 0 ? in.readInt32() : skipped(tag);
        case 4, 9 -> elements(tag);
        case 7 -> int64s(tag);
        case 8 -> name = OnnxParser.text(path, in, tag);
        case 13 -> throw external();
        case 14 -> {
          int location = WireFormat.getTagWireType(tag) == 0 ? in.readInt32() : skipped(tag);
          if (location == 1) {
            throw external();
          }
        }
        default -> OnnxParser.skip(path, in, tag);
      }
    }
    return finished();
  }

  private OnnxTensor finished() {
    Optional<Dtype> dtype = dtype(type);
    long elements = 1;
    for (int dimension : shape) {
      elements *= dimension;
      if (elements > Integer.MAX_VALUE) {
        throw corrupt("tensor %s has an impossible shape %s".formatted(name, shape));
      }
    }
    if (dtype.isEmpty() || bytes < 0) {
      return new OnnxTensor(name, dtype, shape, elements, -1, integers);
    }
    if (bytes != elements * dtype.get().bytes()) {
      throw corrupt(
          "tensor %s has %d bytes, but its shape %s of %s needs %d"
              .formatted(name, bytes, shape, dtype.get(), elements * dtype.get().bytes()));
    }
    return new OnnxTensor(name, dtype, shape, elements, offset, numbers(dtype.get()));
  }

  private void dimensions(int tag) throws IOException {
    if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_VARINT) {
      dimension(in.readInt64());
      return;
    }
    int limit = in.pushLimit(OnnxParser.length(path, in, tag));
    while (in.getBytesUntilLimit() > 0) {
      dimension(in.readInt64());
    }
    OnnxParser.leave(path, in, limit);
  }

  private void dimension(long size) {
    if (size < 0 || size > Integer.MAX_VALUE || shape.size() == MAX_DIMENSIONS) {
      throw corrupt("tensor %s has an impossible dimension %d".formatted(name, size));
    }
    shape.add((int) size);
  }

  /** {@code raw_data} and packed {@code float_data} are both little-endian elements, end to end. */
  private void elements(int tag) throws IOException {
    bytes = OnnxParser.length(path, in, tag);
    offset = in.getTotalBytesRead();
    if (bytes < 0 || bytes > fileSize - offset) {
      throw corrupt("a tensor of %d bytes goes beyond the end of the file".formatted(bytes));
    }
    if (bytes <= SMALL_BYTES) {
      small = in.readRawBytes((int) bytes);
    } else {
      in.skipRawBytes((int) bytes);
    }
  }

  private void int64s(int tag) throws IOException {
    int limit = in.pushLimit(OnnxParser.length(path, in, tag));
    while (in.getBytesUntilLimit() > 0) {
      double value = in.readInt64();
      if (integers.size() < SMALL_BYTES) {
        integers.add(value);
      }
    }
    OnnxParser.leave(path, in, limit);
  }

  private List<Double> numbers(Dtype dtype) {
    ByteBuffer buffer = ByteBuffer.wrap(small).order(ByteOrder.LITTLE_ENDIAN);
    List<Double> numbers = new ArrayList<>();
    while (buffer.remaining() >= dtype.bytes()) {
      switch (dtype) {
        case F32 -> numbers.add((double) buffer.getFloat());
        case F64 -> numbers.add(buffer.getDouble());
        case I64 -> numbers.add((double) buffer.getLong());
        case I32 -> numbers.add((double) buffer.getInt());
        default -> {
          return List.of();
        }
      }
    }
    return numbers;
  }

  private int skipped(int tag) throws IOException {
    OnnxParser.skip(path, in, tag);
    return 0;
  }

  private static Optional<Dtype> dtype(int type) {
    return Optional.ofNullable(
        switch (type) {
          case 1 -> Dtype.F32;
          case 2 -> Dtype.U8;
          case 3 -> Dtype.I8;
          case 4 -> Dtype.U16;
          case 5 -> Dtype.I16;
          case 6 -> Dtype.I32;
          case 7 -> Dtype.I64;
          case 9 -> Dtype.BOOL;
          case 10 -> Dtype.F16;
          case 11 -> Dtype.F64;
          case 12 -> Dtype.U32;
          case 13 -> Dtype.U64;
          case 16 -> Dtype.BF16;
          default -> null;
        });
  }

  private UnsupportedVersionException external() {
    return new UnsupportedVersionException(
        path, "its weights are in other files (external data): save the model as one ONNX file");
  }

  private CorruptFileException corrupt(String problem) {
    return new CorruptFileException(path, problem + " (at byte " + in.getTotalBytesRead() + ")");
  }
}
