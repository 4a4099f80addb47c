package io.sparsetune.data;

import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.hadoop.HadoopModels;
import io.sparsetune.model.BaseModel;
import io.sparsetune.text.TextEncoder;

/** A model's tokenizer, as it travels to the executors. */
public final class Tokenizer {
  private static final int ANY_LENGTH = 8;

  private final byte[] json;
  private final String source;
  private final int vocabularySize;

  private Tokenizer(byte[] json, String source, int vocabularySize) {
    this.json = json;
    this.source = source;
    this.vocabularySize = vocabularySize;
  }

  /**
   * Reads a base's tokenizer, and opens it once: what is wrong with it is said here, not by the
   * executors.
   *
   * @throws DataException where there is none
   * @throws CorruptFileException where the library does not accept it
   */
  public static Tokenizer of(BaseModel base) {
    String file = base.tokenizerFiles().contains("tokenizer.json") ? "tokenizer.json" : "vocab.txt";
    Tokenizer tokenizer =
        of(
            HadoopModels.tokenizer(base),
            base.location() + "/" + file,
            base.encoder().vocabularySize());
    TextEncoder.of(tokenizer.json, tokenizer.source, ANY_LENGTH).close();
    return tokenizer;
  }

  /**
   * @param json contents of a {@code tokenizer.json}
   * @param source what messages call it
   * @param vocabularySize how many words the model has
   */
  public static Tokenizer of(byte[] json, String source, int vocabularySize) {
    return new Tokenizer(json.clone(), source, vocabularySize);
  }

  byte[] json() {
    return json;
  }

  String source() {
    return source;
  }

  int vocabularySize() {
    return vocabularySize;
  }
}
