package io.sparsetune.quickstart;

/**
 * A sentence with a mistake and the same sentence without it.
 *
 * @param wrong never equal to {@code corrected}
 */
record SentencePair(String wrong, String corrected) {
  SentencePair {
    if (wrong.equals(corrected)) {
      throw new IllegalArgumentException("Invalid pair, both sentences are: " + wrong);
    }
  }
}
