package io.sparsetune.text;

/** So much of a text's beginning as the tokenizer library is given; it grows until it is enough. */
final class Prefix {
  /** Characters that the library is given at once. */
  static final int MOST = 1 << 18;

  /** Tokens that the library may make of a pair: all that it cuts off, each part with each. */
  private static final long MOST_OF_A_PAIR = 1 << 22;

  private static final int CHARACTERS_OF_A_TOKEN = 8;

  private final String text;
  private final Cuts cuts;
  private int wanted;
  private int end;

  /**
   * @param tokens of which a few characters each are taken at first
   */
  Prefix(String text, Cuts cuts, int tokens) {
    this.text = text;
    this.cuts = cuts;
    this.wanted = (int) Math.min((long) tokens * CHARACTERS_OF_A_TOKEN, MOST) / 2;
    grow();
  }

  private Prefix(Prefix other) {
    this.text = other.text;
    this.cuts = other.cuts;
    this.wanted = other.wanted;
    this.end = other.end;
  }

  Prefix copy() {
    return new Prefix(this);
  }

  /**
   * Takes twice as much, up to the last place where the text may be cut.
   *
   * @throws TextTooLongException where there is no more to take
   */
  void grow() {
    int before = end;
    do {
      if (wanted == MOST) {
        throw new TextTooLongException(
            "a text of %,d characters cannot be cut within its first %,d without a change of its first tokens; shorten it"
                .formatted(text.length(), MOST));
      }
      wanted = Math.min(MOST, 2 * wanted);
      end =
          cuts == Cuts.NOWHERE && text.length() <= MOST || text.length() <= wanted
              ? text.length()
              : Math.max(end, cuts.lastIn(text, wanted));
    } while (end == before && !isWhole());
  }

  boolean isWhole() {
    return end == text.length();
  }

  String text() {
    return text.substring(0, end);
  }

  /**
   * @throws TextTooLongException for a pair of which the library would take too much memory
   */
  static void requireSmall(Prefix first, Prefix second, int maxSeqLength) {
    long parts = (first.end / maxSeqLength + 1L) * (second.end / maxSeqLength + 1L);
    if (parts * maxSeqLength > MOST_OF_A_PAIR) {
      throw new TextTooLongException(
          "two texts of %,d and %,d characters are too long for a pair of %d tokens; shorten one"
              .formatted(first.text.length(), second.text.length(), maxSeqLength));
    }
  }
}
