package io.sparsetune.cli;

import io.sparsetune.error.Printable;
import java.io.IOException;
import java.io.Writer;

/** A writer that escapes what a terminal would obey: whatever a command prints goes through one. */
final class PlainWriter extends Writer {
  private final Writer target;

  PlainWriter(Writer target) {
    this.target = target;
  }

  @Override
  public void write(char[] buffer, int offset, int length) throws IOException {
    target.write(Printable.lines(new String(buffer, offset, length)));
  }

  /** Writes what moves the cursor. */
  void control(String sequence) throws IOException {
    target.write(sequence);
  }

  @Override
  public void flush() throws IOException {
    target.flush();
  }

  @Override
  public void close() throws IOException {
    target.close();
  }
}
