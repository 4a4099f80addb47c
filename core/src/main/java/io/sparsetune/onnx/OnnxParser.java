package io.sparsetune.onnx;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.Unreadable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the messages ModelProto, GraphProto, NodeProto and AttributeProto of {@code onnx.proto} by
 * their field numbers, in one pass over the file.
 */
final class OnnxParser {
  private static final int MAX_NODES = 200_000;
  private static final int MAX_TENSORS = 100_000;
  private static final int MAX_LINKS = 10_000;
  static final int MAX_TEXT = 4096;

  private final ByteSource file;
  private final CodedInputStream in;
  private final TensorParser tensorParser;
  private final List<OnnxNode> nodes = new ArrayList<>();
  private final Map<String, OnnxTensor> tensors = new HashMap<>();
  private boolean graphSeen;

  private OnnxParser(ByteSource file, CodedInputStream in, long size) {
    this.file = file;
    this.in = in;
    this.tensorParser = new TensorParser(file.path(), in, size);
  }

  static OnnxGraph parse(ByteSource file) {
    try {
      long size = file.size();
      if (size > Integer.MAX_VALUE) {
        throw new CorruptFileException(file.path(), "an ONNX file cannot be larger than 2 GB");
      }
      try (InputStream stream = file.openAt(0)) {
        CodedInputStream in = CodedInputStream.newInstance(stream, 1 << 16);
        return new OnnxParser(file, in, size).parse();
      }
    } catch (IOException e) {
      throw Unreadable.because(file.path(), e);
    }
  }

  private OnnxGraph parse() throws IOException {
    try {
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (WireFormat.getTagFieldNumber(tag) == 7) {
          graph(enter(tag));
        } else {
          skip(file.path(), in, tag);
        }
      }
    } catch (InvalidProtocolBufferException e) {
      throw new CorruptFileException(
          file.path(),
          "not a valid ONNX file at byte %d: %s"
              .formatted(in.getTotalBytesRead(), e.getMessage().lines().findFirst().orElse("")),
          e);
    }
    if (!graphSeen) {
      throw new CorruptFileException(file.path(), "not an ONNX file: it has no graph");
    }
    for (OnnxNode node : nodes) {
      alias(node);
    }
    return new OnnxGraph(file, nodes, tensors);
  }

  /** An Identity of a constant is that constant by another name. */
  private void alias(OnnxNode node) {
    if (node.op().equals("Identity") && node.inputs().size() == 1 && node.outputs().size() == 1) {
      OnnxTensor tensor = tensors.get(node.inputs().get(0));
      if (tensor != null) {
        add(tensor.named(node.outputs().get(0)));
      }
    }
  }

  private void graph(int outer) throws IOException {
    graphSeen = true;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case 1 -> node(enter(tag));
        case 5 -> {
          int limit = enter(tag);
          add(tensorParser.parse());
          leave(limit);
        }
        default -> skip(file.path(), in, tag);
      }
    }
    leave(outer);
  }

  private void node(int outer) throws IOException {
    List<String> inputs = new ArrayList<>();
    List<String> outputs = new ArrayList<>();
    Map<String, Double> numbers = new HashMap<>();
    Optional<OnnxTensor> value = Optional.empty();
    String name = "";
    String op = "";
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case 1 -> inputs.add(text(tag));
        case 2 -> outputs.add(text(tag));
        case 3 -> name = text(tag);
        case 4 -> op = text(tag);
        case 5 -> {
          Optional<OnnxTensor> tensor = attribute(enter(tag), numbers);
          value = tensor.isPresent() ? tensor : value;
        }
        default -> skip(file.path(), in, tag);
      }
      if (inputs.size() + outputs.size() + numbers.size() > MAX_LINKS) {
        throw corrupt("node " + name + " has too many inputs, outputs and attributes");
      }
    }
    leave(outer);
    if (op.equals("Constant") && value.isPresent() && outputs.size() == 1) {
      add(value.get().named(outputs.get(0)));
    }
    nodes.add(new OnnxNode(op, name, inputs, outputs, numbers));
    if (nodes.size() > MAX_NODES) {
      throw corrupt("it has more than %d nodes".formatted(MAX_NODES));
    }
  }

  /** Keeps the attribute where it is one number; returns it where it is a tensor. */
  private Optional<OnnxTensor> attribute(int outer, Map<String, Double> numbers)
      throws IOException {
    String name = "";
    Double number = null;
    Optional<OnnxTensor> tensor = Optional.empty();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == WireFormatTags.ATTRIBUTE_FLOAT) {
        number = (double) in.readFloat();
      } else if (tag == WireFormatTags.ATTRIBUTE_INT) {
        number = (double) in.readInt64();
      } else if (WireFormat.getTagFieldNumber(tag) == 1) {
        name = text(tag);
      } else if (WireFormat.getTagFieldNumber(tag) == 5) {
        int limit = enter(tag);
        tensor = Optional.of(tensorParser.parse());
        leave(limit);
      } else {
        skip(file.path(), in, tag);
      }
    }
    leave(outer);
    if (number != null) {
      numbers.put(name, number);
    }
    return tensor;
  }

  private void add(OnnxTensor tensor) {
    if (tensors.put(tensor.name(), tensor) != null) {
      throw corrupt("tensor " + tensor.name() + " is there twice");
    }
    if (tensors.size() > MAX_TENSORS) {
      throw corrupt("it has more than %d tensors".formatted(MAX_TENSORS));
    }
  }

  /** Begins a message inside this one: its length is a limit on what is read. */
  private int enter(int tag) throws IOException {
    return in.pushLimit(length(file.path(), in, tag));
  }

  /** A message that its file cuts off ends like a complete one: only the limit tells. */
  private void leave(int limit) throws IOException {
    leave(file.path(), in, limit);
  }

  static void leave(String path, CodedInputStream in, int limit) throws IOException {
    if (in.getBytesUntilLimit() > 0) {
      throw new CorruptFileException(
          path, "it is truncated: it ends at byte %d".formatted(in.getTotalBytesRead()));
    }
    in.popLimit(limit);
  }

  static void skip(String path, CodedInputStream in, int tag) throws IOException {
    if (!in.skipField(tag)) {
      throw new CorruptFileException(
          path,
          "not a valid ONNX file: a group ends at byte %d that never began"
              .formatted(in.getTotalBytesRead()));
    }
  }

  private String text(int tag) throws IOException {
    return text(file.path(), in, tag);
  }

  static String text(String path, CodedInputStream in, int tag) throws IOException {
    int length = length(path, in, tag);
    if (length > MAX_TEXT) {
      throw new CorruptFileException(
          path, "a name of %d bytes at byte %d".formatted(length, in.getTotalBytesRead()));
    }
    return new String(in.readRawBytes(length), StandardCharsets.UTF_8);
  }

  /** Length of a field that has one. */
  static int length(String path, CodedInputStream in, int tag) throws IOException {
    if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
      throw new CorruptFileException(
          path,
          "not a valid ONNX file: field %d has the wrong type at byte %d"
              .formatted(WireFormat.getTagFieldNumber(tag), in.getTotalBytesRead()));
    }
    return in.readRawVarint32();
  }

  private CorruptFileException corrupt(String problem) {
    return new CorruptFileException(
        file.path(), problem + " (at byte " + in.getTotalBytesRead() + ")");
  }

  /** Tags (field number · 8 + wire type) of attributes that are one number. */
  private static final class WireFormatTags {
    static final int ATTRIBUTE_FLOAT = 2 << 3 | WireFormat.WIRETYPE_FIXED32;
    static final int ATTRIBUTE_INT = 3 << 3 | WireFormat.WIRETYPE_VARINT;

    private WireFormatTags() {}
  }
}
