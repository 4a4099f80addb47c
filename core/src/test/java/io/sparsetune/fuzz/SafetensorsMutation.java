package io.sparsetune.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** Changes the header of a safetensors file, the data, or the length before them. */
public final class SafetensorsMutation implements Mutation {
  private static final List<String> KEYS =
      List.of("__metadata__", "dtype", "shape", "data_offsets", "format", "a");
  private static final List<String> VALUES =
      List.of(
          "\"F32\"",
          "\"F16\"",
          "\"BF16\"",
          "\"I32\"",
          "\"I64\"",
          "\"F64\"",
          "\"BOOL\"",
          "\"U8\"",
          "\"F8_E8M0\"",
          "\"C64\"",
          "[]",
          "[0]",
          "[1]",
          "[4]",
          "[0,0]",
          "[2147483647,0]",
          "[4611686018427387904,4]",
          "[9223372036854775807,0]",
          "[0,9223372036854775807]",
          "[0,4]",
          "[4,0]",
          "[0,0,0]");

  private final JsonMutation header;

  /**
   * @param keys names of tensors, metadata and metadata's own JSON
   * @param values raw JSON for them
   */
  public SafetensorsMutation(List<String> keys, List<String> values) {
    header =
        new JsonMutation(
            Stream.concat(KEYS.stream(), keys.stream()).toList(),
            Stream.concat(VALUES.stream(), values.stream()).toList());
  }

  @Override
  public byte[] apply(byte[] example, Dice dice) {
    if (dice.oneIn(6) || example.length < Long.BYTES) {
      return ByteMutation.BYTES.apply(example, dice);
    }
    int length =
        (int) ByteBuffer.wrap(example).order(ByteOrder.LITTLE_ENDIAN).getLong(0) + Long.BYTES;
    String text = new String(example, Long.BYTES, length - Long.BYTES, StandardCharsets.UTF_8);
    byte[] changed = header.text(text, dice).getBytes(StandardCharsets.UTF_8);
    byte[] result = ByteMutation.spliced(example, Long.BYTES, length, changed);
    long said = dice.oneIn(12) ? dice.number() : changed.length;
    ByteBuffer.wrap(result).order(ByteOrder.LITTLE_ENDIAN).putLong(0, said);
    return result;
  }
}
