package io.sparsetune.text;

import java.util.function.ToIntFunction;

/**
 * Two prefixes of which the library makes the same tokens as of the two texts. It cuts tokens off
 * the longer one; where both have more than enough, the longer one may keep one token more. So each
 * prefix that is not whole has more tokens than fit, and the longer text has the longer prefix.
 */
final class PairPrefixes {
  private final ToIntFunction<String> count;
  private final Prefix first;
  private final Prefix second;
  private final int maxSeqLength;

  /**
   * @param count the tokens of a text, without special ones
   */
  PairPrefixes(ToIntFunction<String> count, Prefix first, Prefix second, int maxSeqLength) {
    this.count = count;
    this.first = first;
    this.second = second;
    this.maxSeqLength = maxSeqLength;
  }

  /**
   * Grows both as far as is needed.
   *
   * @throws TextTooLongException where that is too far
   */
  void fit() {
    int ofFirst = enough(first);
    int ofSecond = enough(second);
    if (Math.min(ofFirst, ofSecond) <= maxSeqLength && ofFirst != ofSecond) {
      // The shorter one is whole.
      return;
    }
    boolean firstIsLonger = isFirstLonger(ofFirst, ofSecond);
    while (firstIsLonger && ofFirst <= ofSecond) {
      first.grow();
      ofFirst = count.applyAsInt(first.text());
    }
    while (!firstIsLonger && ofFirst > ofSecond) {
      second.grow();
      ofSecond = count.applyAsInt(second.text());
    }
  }

  private int enough(Prefix prefix) {
    int tokens = count.applyAsInt(prefix.text());
    while (!prefix.isWhole() && tokens <= maxSeqLength) {
      prefix.grow();
      tokens = count.applyAsInt(prefix.text());
    }
    return tokens;
  }

  /** Whether the first text has more tokens than the second one. */
  private boolean isFirstLonger(int ofFirst, int ofSecond) {
    Prefix one = first.copy();
    Prefix two = second.copy();
    int ofOne = ofFirst;
    int ofTwo = ofSecond;
    while (!(one.isWhole() && (two.isWhole() || ofTwo >= ofOne))
        && !(two.isWhole() && ofOne > ofTwo)) {
      if (!one.isWhole() && (two.isWhole() || ofOne <= ofTwo)) {
        one.grow();
        ofOne = count.applyAsInt(one.text());
      } else {
        two.grow();
        ofTwo = count.applyAsInt(two.text());
      }
    }
    return ofOne > ofTwo;
  }
}
