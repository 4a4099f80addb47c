package io.sparsetune.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.sparsetune.error.CorruptFileException;
import java.io.ByteArrayInputStream;
import java.util.Map;

/**
 * Turns text into tokens by the Hugging Face tokenizer library. Special tokens are added, text
 * beyond the maximum length is cut off (from the longer of two), nothing is padded. Safe for use by
 * several threads; holds native memory until closed.
 */
public final class TextEncoder implements AutoCloseable {
  /**
   * The native memory that one text takes at most while it is tokenised, in bytes: some 200 for
   * each byte of the longest piece that the library is given, of 3 bytes a character.
   */
  public static final long NATIVE_BYTES = 200L * 3 * Prefix.MOST;

  private final HuggingFaceTokenizer tokenizer;
  private final Cuts cuts;
  private final int maxSeqLength;

  private TextEncoder(HuggingFaceTokenizer tokenizer, Cuts cuts, int maxSeqLength) {
    this.tokenizer = tokenizer;
    this.cuts = cuts;
    this.maxSeqLength = maxSeqLength;
  }

  /**
   * @param tokenizerJson the contents of a {@code tokenizer.json}, as {@link TokenizerJson} finds
   *     them
   * @param source what messages call it
   * @param maxSeqLength in tokens, special ones included; at least 3
   * @throws CorruptFileException where the file is broken, or the library does not accept it
   */
  public static TextEncoder of(byte[] tokenizerJson, String source, int maxSeqLength) {
    return of(CheckedTokenizer.of(tokenizerJson, source), maxSeqLength);
  }

  /**
   * @param maxSeqLength in tokens, special ones included; at least 3
   * @throws CorruptFileException where the library does not accept the file
   */
  public static TextEncoder of(CheckedTokenizer checked, int maxSeqLength) {
    if (maxSeqLength < 3) {
      throw new IllegalArgumentException(
          "Invalid maximum length: " + maxSeqLength + " (at least 3)");
    }
    String length = Integer.toString(maxSeqLength);
    Map<String, String> options =
        Map.of(
            "padding", "do_not_pad",
            "truncation", "longest_first",
            "maxLength", length,
            "modelMaxLength", length,
            "stride", "0");
    NativeTokenizers.ensureLoaded();
    try {
      return new TextEncoder(
          NativeTokenizers.quietly(
              () ->
                  HuggingFaceTokenizer.newInstance(
                      new ByteArrayInputStream(checked.json()), options)),
          checked.cuts(),
          maxSeqLength);
    } catch (Exception e) {
      throw new CorruptFileException(
          checked.source(), "the tokenizer library does not accept it: " + e.getMessage(), e);
    }
  }

  /**
   * @throws TextTooLongException where the text is longer than the library may be given
   */
  public Tokens encode(String text) {
    Prefix prefix = new Prefix(text, cuts, maxSeqLength);
    Tokens tokens = tokens(tokenizer.encode(prefix.text()));
    while (!prefix.isWhole() && !tokens.truncated()) {
      prefix.grow();
      tokens = tokens(tokenizer.encode(prefix.text()));
    }
    return tokens;
  }

  /**
   * @throws TextTooLongException where the texts are longer than the library may be given
   */
  public Tokens encode(String text, String pair) {
    Prefix first = new Prefix(text, cuts, maxSeqLength);
    Prefix second = new Prefix(pair, cuts, maxSeqLength);
    if (!first.isWhole() || !second.isWhole()) {
      new PairPrefixes(this::count, first, second, maxSeqLength).fit();
    }
    Prefix.requireSmall(first, second, maxSeqLength);
    return tokens(tokenizer.encode(first.text(), second.text()));
  }

  /** Tokens of a text, without special ones. */
  private int count(String text) {
    Encoding encoding = tokenizer.encode(text, false, true);
    int count = encoding.getIds().length;
    for (Encoding rest : encoding.getOverflowing()) {
      count += rest.getIds().length;
    }
    return count;
  }

  @Override
  public void close() {
    tokenizer.close();
  }

  private static Tokens tokens(Encoding encoding) {
    return new Tokens(
        narrow(encoding.getIds()), narrow(encoding.getTypeIds()), encoding.exceedMaxLength());
  }

  /** Unsigned numbers of 32 bits; those beyond an int's are its largest, which no model has. */
  private static int[] narrow(long[] values) {
    int[] narrow = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      narrow[i] = (int) Math.min(values[i], Integer.MAX_VALUE);
    }
    return narrow;
  }
}
