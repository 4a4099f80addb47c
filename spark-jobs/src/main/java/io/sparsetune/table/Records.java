package io.sparsetune.table;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** The records of a part of a csv or tsv file, one after the other; the header is the first. */
public interface Records extends Closeable {
  /** Most columns of a table. */
  int MOST_COLUMNS = 20_480;

  /** Longest row, in bytes. */
  int LONGEST = 100_000_000;

  /** Goes to the next record; false where there is none. */
  boolean next() throws IOException;

  /** Its fields; null for an empty one. */
  List<String> fields();

  /** How it begins, as it stands. */
  String beginning();

  /** Whether it is longer than {@link #LONGEST}; it has no fields then. */
  boolean isTooLong();
}
