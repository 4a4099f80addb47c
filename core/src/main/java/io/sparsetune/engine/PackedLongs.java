package io.sparsetune.engine;

import java.io.InvalidObjectException;
import java.io.Serializable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * 64-bit numbers on their way between JVMs, each block of them in as many bytes as its largest
 * needs. Sums of gradients most often fit in 5 or 6; Java writes 8, one number at a time.
 */
final class PackedLongs implements Serializable {
  private static final long serialVersionUID = 1;

  private static final int BLOCK = 64;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final int size;

  /**
   * For each block the bytes of a number, w from 0 to 8, then its numbers, in two's complement, the
   * lowest byte first; 8 bytes more, which are not read, let all of them be read as longs.
   */
  private final byte[] bytes;

  PackedLongs(long[] numbers) {
    this.size = numbers.length;
    long length = Long.BYTES;
    for (int from = 0; from < size; from += BLOCK) {
      int to = Math.min(size, from + BLOCK);
      length += 1 + (long) width(numbers, from, to) * (to - from);
    }
    this.bytes = new byte[Math.toIntExact(length)];
    int at = 0;
    for (int from = 0; from < size; from += BLOCK) {
      int to = Math.min(size, from + BLOCK);
      int width = width(numbers, from, to);
      bytes[at++] = (byte) width;
      for (int i = from; i < to && width > 0; i++, at += width) {
        LONGS.set(bytes, at, numbers[i]);
      }
    }
    // What the last number's unused bytes left there.
    Arrays.fill(bytes, at, bytes.length, (byte) 0);
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
   * The numbers.
   *
   * @throws InvalidObjectException where the bytes have been damaged
   */
  long[] unpack() throws InvalidObjectException {
    int blocks = size / BLOCK + (size % BLOCK == 0 ? 0 : 1);
    if (size < 0 || bytes == null || bytes.length - Long.BYTES < blocks) {
      throw damaged();
    }
    long[] numbers = new long[size];
    int at = 0;
    for (int from = 0; from < size; from += BLOCK) {
      int to = Math.min(size, from + BLOCK);
      int width = at < bytes.length - Long.BYTES ? bytes[at++] : -1;
      if (width < 0 || width > Long.BYTES || at > bytes.length - Long.BYTES - width * (to - from)) {
        throw damaged();
      }
      if (width > 0) {
        unpack(numbers, from, to, at, width);
        at += width * (to - from);
      }
    }
    if (at != bytes.length - Long.BYTES) {
      throw damaged();
    }
    return numbers;
  }

  private void unpack(long[] numbers, int from, int to, int begin, int width) {
    int unused = Long.SIZE - Byte.SIZE * width;
    for (int i = from, at = begin; i < to; i++, at += width) {
      numbers[i] = (long) LONGS.get(bytes, at) << unused >> unused;
    }
  }

  private static InvalidObjectException damaged() {
    return new InvalidObjectException("Sums came damaged from another JVM");
  }
}
