package io.sparsetune.table;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.util.LineReader;

/**
 * The lines that begin in a part of a file. They end at CR LF, LF or CR, whichever comes. Blank
 * lines are left out.
 */
final class Lines implements Closeable {
  static final int MARK = 3;

  /** What is wrong with a row that is. */
  static final String TOO_LONG = "it is longer than %,d bytes".formatted(Records.LONGEST);

  private final LineReader reader;
  private final long end;
  private final Text text = new Text();
  private long position;
  private boolean tooLong;

  /**
   * @param in from the part's first byte on, to the file's end
   */
  Lines(InputStream in, FilePart part) throws IOException {
    this.reader = new LineReader(in, 1 << 16);
    this.end = part.end();
    this.position = part.start();
    if (position > 0) {
      // The part before reads the line that goes over its end, or that begins just behind it.
      position += reader.readLine(text, 0, Integer.MAX_VALUE);
    }
  }

  /** Goes to the next line; false where there is none. */
  boolean next() throws IOException {
    while (position <= end) {
      boolean first = position == 0;
      int read = reader.readLine(text, Records.LONGEST + 1, Integer.MAX_VALUE);
      if (read == 0) {
        return false;
      }
      position += read;
      tooLong = text.getLength() > Records.LONGEST;
      if (first && hasMark(text.getBytes(), text.getLength())) {
        text.set(text.getBytes(), MARK, text.getLength() - MARK);
      }
      if (!isBlank()) {
        return true;
      }
    }
    return false;
  }

  /** The line, without its end. */
  byte[] bytes() {
    return Arrays.copyOf(text.getBytes(), text.getLength());
  }

  /** Whether it is longer than {@link Records#LONGEST}. */
  boolean isTooLong() {
    return tooLong;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }

  private boolean isBlank() {
    byte[] line = text.getBytes();
    for (int i = 0; i < text.getLength(); i++) {
      if (line[i] != ' ' && line[i] != '\t') {
        return false;
      }
    }
    return true;
  }

  /** Whether a text begins with UTF-8's byte order mark. */
  static boolean hasMark(byte[] text, int length) {
    return length >= MARK
        && (text[0] & 0xFF) == 0xEF
        && (text[1] & 0xFF) == 0xBB
        && (text[2] & 0xFF) == 0xBF;
  }
}
