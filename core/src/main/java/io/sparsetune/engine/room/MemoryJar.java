package io.sparsetune.engine.room;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** A jar held as the bytes of its file; an entry is inflated when asked for. Thread-safe. */
final class MemoryJar {
  private static final int END_SIGNATURE = 0x06054b50;
  private static final int END_SIZE = 22;
  private static final int ENTRY_SIZE = 46;
  private static final int LOCAL_SIZE = 30;

  private record Entry(boolean deflated, int compressedSize, int size, int localHeader) {}

  private final String name;
  private final ByteBuffer bytes;
  private final Map<String, Entry> entries = new HashMap<>();

  /**
   * @throws IllegalStateException for what is not a jar
   */
  MemoryJar(String name, byte[] file) {
    this.name = name;
    this.bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int end = file.length - END_SIZE;
    while (end >= 0 && bytes.getInt(end) != END_SIGNATURE) {
      end--;
    }
    if (end < 0) {
      throw new IllegalStateException("Cannot open the engine's room: " + name + " is no jar");
    }
    int count = Short.toUnsignedInt(bytes.getShort(end + 10));
    int at = bytes.getInt(end + 16);
    for (int i = 0; i < count; i++) {
      int nameLength = Short.toUnsignedInt(bytes.getShort(at + 28));
      entries.put(
          new String(file, at + ENTRY_SIZE, nameLength, StandardCharsets.UTF_8),
          new Entry(
              bytes.getShort(at + 10) != 0,
              bytes.getInt(at + 20),
              bytes.getInt(at + 24),
              bytes.getInt(at + 42)));
      at +=
          ENTRY_SIZE
              + nameLength
              + Short.toUnsignedInt(bytes.getShort(at + 30))
              + Short.toUnsignedInt(bytes.getShort(at + 32));
    }
  }

  boolean has(String entry) {
    return entries.containsKey(entry);
  }

  /** The entry's contents. */
  byte[] read(String entryName) {
    Entry entry = entries.get(entryName);
    int data =
        entry.localHeader()
            + LOCAL_SIZE
            + Short.toUnsignedInt(bytes.getShort(entry.localHeader() + 26))
            + Short.toUnsignedInt(bytes.getShort(entry.localHeader() + 28));
    byte[] contents = new byte[entry.size()];
    if (!entry.deflated()) {
      System.arraycopy(bytes.array(), data, contents, 0, contents.length);
      return contents;
    }
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(bytes.array(), data, entry.compressedSize());
      if (inflater.inflate(contents) != contents.length) {
        throw new DataFormatException("too short");
      }
      return contents;
    } catch (DataFormatException e) {
      throw new IllegalStateException("Cannot read " + entryName + " in " + name, e);
    } finally {
      inflater.end();
    }
  }
}
