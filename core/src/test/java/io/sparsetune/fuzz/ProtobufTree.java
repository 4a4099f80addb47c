package io.sparsetune.fuzz;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A protobuf message as a tree of fields, nested where ONNX's schema nests messages. */
final class ProtobufTree {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int BYTES = 2;
  static final int FIXED32 = 5;

  /** The messages of ONNX, each with the numbers of its fields that are messages again. */
  enum Message {
    MODEL,
    GRAPH,
    NODE,
    ATTRIBUTE,
    TENSOR;

    Message child(int field) {
      return Map.of(
              MODEL, Map.of(7, GRAPH),
              GRAPH, Map.of(1, NODE, 5, TENSOR),
              NODE, Map.of(5, ATTRIBUTE),
              ATTRIBUTE, Map.of(5, TENSOR, 6, GRAPH),
              TENSOR, Map.<Integer, Message>of())
          .get(this)
          .get(field);
    }
  }

  /** A field: a number, bytes or a message, as its wire type says. */
  static final class Field {
    int number;
    int wireType;
    long value;
    byte[] bytes = new byte[0];
    ProtobufTree message;
    long lengthSaid = -1;

    Field copy() {
      Field copy = new Field();
      copy.number = number;
      copy.wireType = wireType;
      copy.value = value;
      copy.bytes = bytes;
      copy.message = message == null ? null : message.copy();
      return copy;
    }

    private void write(CodedOutputStream out) throws IOException {
      out.writeUInt32NoTag(number << 3 | wireType);
      switch (wireType) {
        case VARINT -> out.writeUInt64NoTag(value);
        case FIXED64 -> out.writeFixed64NoTag(value);
        case FIXED32 -> out.writeFixed32NoTag((int) value);
        case BYTES -> {
          byte[] content = message == null ? bytes : message.bytes();
          out.writeUInt64NoTag(lengthSaid < 0 ? content.length : lengthSaid);
          out.writeRawBytes(content);
        }
        default -> {}
      }
    }
  }

  final Message kind;
  final List<Field> fields = new ArrayList<>();

  private ProtobufTree(Message kind) {
    this.kind = kind;
  }

  static ProtobufTree parse(byte[] bytes, Message kind) throws IOException {
    ProtobufTree tree = new ProtobufTree(kind);
    CodedInputStream in = CodedInputStream.newInstance(bytes);
    while (!in.isAtEnd()) {
      int tag = in.readTag();
      Field field = new Field();
      field.number = tag >>> 3;
      field.wireType = tag & 7;
      switch (field.wireType) {
        case VARINT -> field.value = in.readUInt64();
        case FIXED64 -> field.value = in.readFixed64();
        case FIXED32 -> field.value = in.readFixed32();
        default -> {
          byte[] content = in.readByteArray();
          Message child = kind.child(field.number);
          if (child == null) {
            field.bytes = content;
          } else {
            field.message = parse(content, child);
          }
        }
      }
      tree.fields.add(field);
    }
    return tree;
  }

  ProtobufTree copy() {
    ProtobufTree copy = new ProtobufTree(kind);
    fields.forEach(field -> copy.fields.add(field.copy()));
    return copy;
  }

  /** This message and all below it. */
  List<ProtobufTree> all() {
    List<ProtobufTree> all = new ArrayList<>(List.of(this));
    for (Field field : fields) {
      if (field.message != null) {
        all.addAll(field.message.all());
      }
    }
    return all;
  }

  byte[] bytes() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    for (Field field : fields) {
      field.write(out);
    }
    out.flush();
    return bytes.toByteArray();
  }
}
