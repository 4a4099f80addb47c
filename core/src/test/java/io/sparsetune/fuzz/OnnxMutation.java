package io.sparsetune.fuzz;

import io.sparsetune.fuzz.ProtobufTree.Field;
import io.sparsetune.fuzz.ProtobufTree.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Changes the fields of an ONNX file's messages; now and then the bytes. */
public final class OnnxMutation implements Mutation {
  private static final List<String> WORDS =
      List.of(
          "MatMul",
          "Gemm",
          "Add",
          "Constant",
          "Reshape",
          "Erf",
          "Tanh",
          "Identity",
          "Transpose",
          "QuantizeLinear",
          "transB",
          "value",
          "embeddings.word_embeddings.weight");

  @Override
  public byte[] apply(byte[] example, Dice dice) {
    if (dice.oneIn(6)) {
      return ByteMutation.BYTES.apply(example, dice);
    }
    try {
      ProtobufTree root = ProtobufTree.parse(example, Message.MODEL);
      for (int i = dice.below(3); i >= 0; i--) {
        List<ProtobufTree> all = root.all();
        once(dice.of(all), all, dice);
      }
      return root.bytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void once(ProtobufTree message, List<ProtobufTree> all, Dice dice) {
    List<Field> fields = message.fields;
    if (fields.isEmpty()) {
      fields.add(any(dice));
      return;
    }
    int at = dice.below(fields.size());
    Field field = fields.get(at);
    switch (dice.below(11)) {
      case 0 -> fields.remove(at);
      case 1 -> fields.add(dice.below(fields.size()), field.copy());
      case 2 -> Collections.swap(fields, at, dice.below(fields.size()));
      case 3 -> field.wireType = dice.below(7);
      case 4 -> field.number = 1 + dice.below(30);
      case 5 -> fields.add(at, any(dice));
      case 6 -> field.bytes = Arrays.copyOf(field.bytes, dice.below(2 * field.bytes.length + 9));
      case 7 -> field.lengthSaid = dice.number() & Long.MAX_VALUE;
      case 8 -> {
        ProtobufTree other = dice.of(all.stream().filter(m -> m.kind == message.kind).toList());
        if (!other.fields.isEmpty()) {
          fields.set(at, dice.of(other.fields).copy());
        }
      }
      default -> {
        field.value = dice.number();
        field.bytes = field.message == null ? text(dice) : field.bytes;
      }
    }
  }

  private static Field any(Dice dice) {
    Field field = new Field();
    field.number = 1 + dice.below(21);
    field.wireType = dice.of(List.of(0, 1, 2, 3, 5));
    field.value = dice.number();
    field.bytes = text(dice);
    return field;
  }

  private static byte[] text(Dice dice) {
    return dice.oneIn(3)
        ? dice.bytes(dice.below(80))
        : (dice.oneIn(2) ? dice.of(WORDS) : dice.text()).getBytes(StandardCharsets.UTF_8);
  }
}
