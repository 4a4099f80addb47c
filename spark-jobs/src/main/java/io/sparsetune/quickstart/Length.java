package io.sparsetune.quickstart;

/** How much of the quick start to do. */
public enum Length {
  /** All sentences, two epochs. */
  FULL,
  /** A few sentences and steps, to see that everything works; the result means nothing. */
  SHORT;

  /** How many rows of a part are kept. */
  int limit(int rows) {
    return this == FULL ? rows : Math.min(rows, 96);
  }
}
