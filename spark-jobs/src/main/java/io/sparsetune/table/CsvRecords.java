package io.sparsetune.table;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads csv. A record ends at CR LF, LF or CR, whichever comes, outside of quotes; in quotes they
 * are text. Blank lines are no records. A field of two quotes is an empty text, an empty one null.
 */
final class CsvRecords implements Records {
  private static final int SHOWN = 400;

  /** Where a byte stands. */
  private enum State {
    FIELD_START,
    PLAIN,
    QUOTED,
    AFTER_QUOTE,
    CLOSED
  }

  /** A quoted field that is not closed, or is followed by something else than a comma. */
  static final class WrongQuoteException extends IOException {
    private static final long serialVersionUID = 1;
    private final long line;

    WrongQuoteException(long line) {
      super("a quoted field that begins in line " + line + " does not end well");
      this.line = line;
    }

    /** In which the field begins, from 1. */
    long line() {
      return line;
    }
  }

  private final InputStream in;
  private final byte[] buffer = new byte[1 << 16];
  private int at;
  private int filled;
  private long line = 1;
  private boolean afterReturn;

  private final List<String> fields = new ArrayList<>();
  private final ByteArrayOutputStream field = new ByteArrayOutputStream();
  private final ByteArrayOutputStream beginning = new ByteArrayOutputStream();
  private long length;

  /**
   * @param in from the file's beginning
   */
  CsvRecords(InputStream in) throws IOException {
    this.in = in;
    if (fill() && Lines.hasMark(buffer, filled)) {
      at = Lines.MARK;
    }
  }

  /**
   * @throws WrongQuoteException for quotes that do not match: nothing tells where rows go on
   */
  @Override
  public boolean next() throws IOException {
    do {
      if (at == filled && !fill()) {
        return false;
      }
      readRecord();
    } while (length == 0);
    return true;
  }

  @Override
  public List<String> fields() {
    return fields;
  }

  @Override
  public String beginning() {
    return beginning.toString(StandardCharsets.UTF_8);
  }

  @Override
  public boolean isTooLong() {
    return length > LONGEST;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private void readRecord() throws IOException {
    fields.clear();
    field.reset();
    beginning.reset();
    length = 0;
    State state = State.FIELD_START;
    boolean quoted = false;
    long begun = line;
    while (at < filled || fill()) {
      byte next = buffer[at++];
      boolean lineEnd = next == '\r' || next == '\n';
      boolean secondOfTwo = next == '\n' && afterReturn;
      afterReturn = next == '\r';
      line += lineEnd && !secondOfTwo ? 1 : 0;
      if (secondOfTwo && length == 0) {
        continue;
      }
      if (lineEnd && state != State.QUOTED) {
        if (length > 0) {
          endField(quoted);
        }
        return;
      }
      length++;
      if (beginning.size() < SHOWN) {
        beginning.write(next);
      }
      switch (state) {
        case FIELD_START, PLAIN -> {
          if (next == ',') {
            endField(quoted);
            state = State.FIELD_START;
          } else if (next == '"' && state == State.FIELD_START) {
            state = State.QUOTED;
            quoted = true;
            begun = line;
          } else {
            state = State.PLAIN;
            add(next);
          }
        }
        case QUOTED -> {
          if (next == '"') {
            state = State.AFTER_QUOTE;
          } else {
            add(next);
          }
        }
        case AFTER_QUOTE, CLOSED -> {
          if (next == '"' && state == State.AFTER_QUOTE) {
            state = State.QUOTED;
            add(next);
          } else if (next == ',') {
            endField(quoted);
            state = State.FIELD_START;
            quoted = false;
          } else if (next == ' ' || next == '\t') {
            state = State.CLOSED;
          } else {
            throw new WrongQuoteException(begun);
          }
        }
      }
    }
    if (state == State.QUOTED) {
      throw new WrongQuoteException(begun);
    }
    if (length > 0) {
      endField(quoted);
    }
  }

  private void add(byte next) {
    if (length <= LONGEST) {
      field.write(next);
    } else {
      field.reset();
    }
  }

  private void endField(boolean quoted) {
    boolean none = field.size() == 0 && !quoted;
    if (fields.size() <= MOST_COLUMNS) {
      fields.add(none ? null : field.toString(StandardCharsets.UTF_8));
    }
    field.reset();
  }

  private boolean fill() throws IOException {
    filled = Math.max(0, in.readNBytes(buffer, 0, buffer.length));
    at = 0;
    return filled > 0;
  }
}
