package io.sparsetune.data;

import io.sparsetune.error.DataException;
import io.sparsetune.text.Tokens;
import java.io.Serializable;

/**
 * The tokens and token types that a model has.
 *
 * @param source what messages call the tokenizer
 * @param words in its vocabulary
 * @param types of tokens; where there is one, all tokens have it, whatever the tokenizer says
 */
record TokenLimits(String source, int words, int types) implements Serializable {
  /**
   * Tokens that the model has.
   *
   * @throws DataException where it does not have them
   */
  Tokens require(Tokens tokens) {
    for (int id : tokens.ids()) {
      if (id >= words) {
        throw new DataException(
            "Cannot use the tokenizer %s: it has a token %d, but the model's %d words (vocab_size in config.json) end before that. It belongs to another model."
                .formatted(source, id, words));
      }
    }
    if (types == 1) {
      return new Tokens(tokens.ids(), new int[tokens.length()], tokens.truncated());
    }
    for (int type : tokens.typeIds()) {
      if (type >= types) {
        throw new DataException(
            "Cannot use the tokenizer %s: it gives a token the type %d, but the model has %d types (type_vocab_size in config.json), from 0. It belongs to another model."
                .formatted(source, type, types));
      }
    }
    return tokens;
  }
}
