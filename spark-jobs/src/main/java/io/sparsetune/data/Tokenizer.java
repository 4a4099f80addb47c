package io.sparsetune.data;

import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.hadoop.HadoopModels;
import io.sparsetune.model.BaseModel;
import io.sparsetune.text.CheckedTokenizer;
import io.sparsetune.text.ProbeProcess;
import io.sparsetune.text.TextEncoder;

/** A model's tokenizer, as it travels to the executors. */
public final class Tokenizer {
  private static final int ANY_LENGTH = 8;

  private final CheckedTokenizer checked;
  private final int vocabularySize;

  private Tokenizer(CheckedTokenizer checked, int vocabularySize) {
    this.checked = checked;
    this.vocabularySize = vocabularySize;
  }

  /**
   * Reads a base's tokenizer, and tries it once, in a process of its own first: what is wrong with
   * it is said here, not by the executors.
   *
   * @throws DataException where there is none
   * @throws CorruptFileException where it is broken, or the library does not accept it
   */
  public static Tokenizer of(BaseModel base) {
    String file = base.tokenizerFiles().contains("tokenizer.json") ? "tokenizer.json" : "vocab.txt";
    Tokenizer tokenizer =
        of(
            HadoopModels.tokenizer(base),
            base.location() + "/" + file,
            base.encoder().vocabularySize());
    ProbeProcess.check(tokenizer.checked);
    TextEncoder.of(tokenizer.checked, ANY_LENGTH).close();
    return tokenizer;
  }

  /**
   * @param json contents of a {@code tokenizer.json}
   * @param source what messages call it
   * @param vocabularySize how many words the model has
   */
  public static Tokenizer of(byte[] json, String source, int vocabularySize) {
    return new Tokenizer(CheckedTokenizer.of(json, source), vocabularySize);
  }

  CheckedTokenizer checked() {
    return checked;
  }

  int vocabularySize() {
    return vocabularySize;
  }
}
