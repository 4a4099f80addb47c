package io.sparsetune.text;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;

/**
 * The table of a sentence-piece normalizer: a trie of UTF-8 bytes as a double array, whose leaves
 * are places in a text of replacements. Its readers follow it without a check.
 */
final class Charsmap {
  private static final int LEAF = 1 << 8;
  private static final int VALUE = Integer.MAX_VALUE;
  private static final int LABEL = 1 << 31 | 0xFF;

  private final int[] units;
  private final byte[] texts;
  private final BitSet reached = new BitSet();

  private Charsmap(int[] units, byte[] texts) {
    this.units = units;
    this.texts = texts;
  }

  /** Whether no text leads out of the table. */
  static boolean isSound(ByteBuffer table) {
    ByteBuffer bytes = table.order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.remaining() < Integer.BYTES) {
      return false;
    }
    long count = Integer.toUnsignedLong(bytes.getInt()) / Integer.BYTES;
    if (count == 0 || count > bytes.remaining() / Integer.BYTES) {
      return false;
    }
    int[] units = new int[(int) count];
    bytes.asIntBuffer().get(units);
    bytes.position(bytes.position() + units.length * Integer.BYTES);
    byte[] texts = new byte[bytes.remaining()];
    bytes.get(texts);
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(texts));
    } catch (CharacterCodingException e) {
      return false;
    }
    return new Charsmap(units, texts).isSound();
  }

  private boolean isSound() {
    long root = offset(units[0]);
    if (root >= units.length) {
      return false;
    }
    BitSet waiting = new BitSet();
    waiting.set((int) root);
    while (!waiting.isEmpty()) {
      int node = waiting.nextSetBit(0);
      waiting.clear(node);
      reached.set(node);
      for (int label = 1; label < 256; label++) {
        int at = node ^ label;
        if (!mayFollow(label)) {
          continue;
        }
        if (at >= units.length) {
          return false;
        }
        if ((units[at] & LABEL) != label) {
          continue;
        }
        long next = at ^ offset(units[at]);
        if (next >= units.length) {
          return false;
        }
        if ((units[at] & LEAF) != 0 && !isPlace(units[(int) next] & VALUE)) {
          return false;
        }
        if (!reached.get((int) next)) {
          waiting.set((int) next);
        }
      }
    }
    return true;
  }

  /** Bytes that no text has in UTF-8. */
  private static boolean mayFollow(int label) {
    return label != 0xC0 && label != 0xC1 && label < 0xF5;
  }

  private boolean isPlace(int value) {
    return value <= texts.length
        && (value == texts.length || !TokenizerChecks.isInsideCharacter(texts[value]));
  }

  private static long offset(int unit) {
    return (long) (unit >>> 10) << ((unit & 1 << 9) >>> 6);
  }
}
