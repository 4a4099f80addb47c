package io.sparsetune.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** Flips, cuts, repeats and overwrites bytes; knows no format. */
public final class ByteMutation implements Mutation {
  public static final ByteMutation BYTES = new ByteMutation();
  private static final List<Character> SIGNS =
      List.of('\0', '"', '{', '[', '}', ']', ',', ':', '\n', '\r', '\033', '\u007f', '\u0080');

  private ByteMutation() {}

  @Override
  public byte[] apply(byte[] example, Dice dice) {
    byte[] bytes = example.clone();
    for (int i = dice.below(4); i >= 0; i--) {
      bytes = bytes.length == 0 ? dice.bytes(1) : once(bytes, dice);
    }
    return bytes;
  }

  private static byte[] once(byte[] bytes, Dice dice) {
    int at = dice.below(bytes.length);
    int length = Math.min(bytes.length - at, 1 + dice.below(64));
    switch (dice.below(8)) {
      case 0 -> bytes[at] ^= (byte) (1 << dice.below(8));
      case 1 -> bytes[at] = (byte) (char) dice.of(SIGNS);
      case 2 -> {
        return Arrays.copyOf(bytes, at);
      }
      case 3 -> {
        return spliced(bytes, at, at, dice.bytes(length));
      }
      case 4 -> {
        return spliced(bytes, at, at + length, new byte[0]);
      }
      case 5 -> {
        return spliced(bytes, at, at, Arrays.copyOfRange(bytes, at, at + length));
      }
      case 6 -> {
        if (bytes.length - at >= Long.BYTES) {
          ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(at, dice.number());
        }
      }
      default -> {
        if (bytes.length - at >= Integer.BYTES) {
          ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at, (int) dice.number());
        }
      }
    }
    return bytes;
  }

  /** The bytes with those from {@code start} to before {@code end} replaced. */
  static byte[] spliced(byte[] bytes, int start, int end, byte[] middle) {
    byte[] result = new byte[start + middle.length + bytes.length - end];
    System.arraycopy(bytes, 0, result, 0, start);
    System.arraycopy(middle, 0, result, start, middle.length);
    System.arraycopy(bytes, end, result, start + middle.length, bytes.length - end);
    return result;
  }
}
