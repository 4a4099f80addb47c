package io.sparsetune.sums;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * 64-bit numbers as they are serialized: blocks of 64, each number of a block in as many bytes as
 * the block's largest needs. Sums of gradients most often fit in 5 or 6; Java's own form has 8, and
 * writes one number at a time. What is written is their count (int); then for each {@link #CHUNK}
 * numbers the count of their bytes (int), for each block the bytes of a number, from 0 to 8, and
 * the numbers, in two's complement, the lowest byte first.
 */
final class PackedLongs implements Serializable {
  private static final long serialVersionUID = 1;

  private static final int BLOCK = 64;

  /** Numbers that are packed before they are written, so that no copy of all of them is made. */
  private static final int CHUNK = 4096;

  private static final int MOST_BYTES = CHUNK * Long.BYTES + CHUNK / BLOCK;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private transient long[] numbers;

  /**
   * @param numbers not copied
   */
  PackedLongs(long[] numbers) {
    this.numbers = numbers;
  }

  long[] numbers() {
    return numbers;
  }

  private void writeObject(ObjectOutputStream out) throws IOException {
    out.defaultWriteObject();
    out.writeInt(numbers.length);
    byte[] bytes = new byte[MOST_BYTES];
    for (int from = 0, to; from < numbers.length; from = to) {
      to = from + Math.min(CHUNK, numbers.length - from);
      int count = pack(numbers, from, to, bytes);
      out.writeInt(count);
      out.write(bytes, 0, count);
    }
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    int size = in.readInt();
    if (size < 0) {
      throw invalid();
    }
    numbers = new long[size];
    byte[] bytes = new byte[MOST_BYTES];
    for (int from = 0, to; from < size; from = to) {
      to = from + Math.min(CHUNK, size - from);
      int count = in.readInt();
      if (count < 0 || count > MOST_BYTES) {
        throw invalid();
      }
      in.readFully(bytes, 0, count);
      unpack(bytes, count, numbers, from, to);
    }
  }

  /** Their bytes' count. */
  static int pack(long[] numbers, int first, int end, byte[] bytes) {
    int at = 0;
    for (int from = first, to; from < end; from = to) {
      to = from + Math.min(BLOCK, end - from);
      int width = width(numbers, from, to);
      bytes[at++] = (byte) width;
      for (int i = from; i < to && width > 0; i++, at += width) {
        LONGS.set(bytes, at, numbers[i]);
      }
    }
    return at;
  }

  /** Bytes that hold any of them, sign included; 0 where all are 0. */
  private static int width(long[] numbers, int from, int to) {
    long any = 0;
    long magnitudes = 0;
    for (int i = from; i < to; i++) {
      any |= numbers[i];
      magnitudes |= numbers[i] ^ numbers[i] >> 63;
    }
    int bits = Long.SIZE - Long.numberOfLeadingZeros(magnitudes) + 1;
    return any == 0 ? 0 : (bits + 7) / 8;
  }

  /**
   * @throws InvalidObjectException where the bytes cannot be {@link #pack}'s
   */
  static void unpack(byte[] bytes, int count, long[] numbers, int first, int end)
      throws InvalidObjectException {
    int at = 0;
    for (int from = first, to; from < end; from = to) {
      to = from + Math.min(BLOCK, end - from);
      int width = at < count ? bytes[at++] : -1;
      if (width < 0 || width > Long.BYTES || at + width * (to - from) > count) {
        throw invalid();
      }
      int unused = Long.SIZE - Byte.SIZE * width;
      for (int i = from; i < to && width > 0; i++, at += width) {
        numbers[i] = (long) LONGS.get(bytes, at) << unused >> unused;
      }
    }
    if (at != count) {
      throw invalid();
    }
  }

  private static InvalidObjectException invalid() {
    return new InvalidObjectException("Invalid sums: not as PackedLongs writes them");
  }
}
