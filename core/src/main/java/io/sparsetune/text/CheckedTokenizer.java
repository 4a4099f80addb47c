package io.sparsetune.text;

import io.sparsetune.error.CorruptFileException;
import java.io.Serializable;

/**
 * The contents of a {@code tokenizer.json} that may be given to the tokenizer library, which ends
 * the process on some that it does not expect. Immutable by convention: the array is its own.
 *
 * @param json without what only decoding needs
 * @param source what messages call the file
 * @param cuts where texts may be cut before the library sees them
 */
public record CheckedTokenizer(byte[] json, String source, Cuts cuts) implements Serializable {
  /**
   * Checks what the library takes for granted.
   *
   * @throws CorruptFileException where it is not JSON, or its parts do not fit each other
   */
  public static CheckedTokenizer of(byte[] json, String source) {
    return TokenizerChecks.checked(json, source);
  }
}
