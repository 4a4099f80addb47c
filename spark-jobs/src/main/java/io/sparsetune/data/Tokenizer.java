package io.sparsetune.data;

import io.sparsetune.config.TaskConfig;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.error.UserException;
import io.sparsetune.hadoop.HadoopModels;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.text.CheckedTokenizer;
import io.sparsetune.text.ProbeProcess;
import io.sparsetune.text.TextEncoder;
import io.sparsetune.text.Tokens;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A model's tokenizer, as it travels to the executors. */
public final class Tokenizer {
  private static final Logger LOG = LoggerFactory.getLogger(Tokenizer.class);

  /** More than the special tokens of any two texts. */
  private static final int LENGTH = 64;

  private final CheckedTokenizer checked;
  private final TokenLimits limits;

  private Tokenizer(CheckedTokenizer checked, TokenLimits limits) {
    this.checked = checked;
    this.limits = limits;
  }

  /**
   * Reads a base's tokenizer, and tries it, in a process of its own first: what is wrong with it,
   * or does not fit the model or the task, is said here, not by the executors.
   *
   * @param maxSeqLength {@code data.max_seq_length}
   * @throws DataException where there is none, or it is another model's
   * @throws CorruptFileException where it is broken, or the library does not accept it
   * @throws ConfigException where its special tokens leave no room for text
   */
  public static Tokenizer of(BaseModel base, TaskConfig task, int maxSeqLength) {
    String file = base.tokenizerFiles().contains("tokenizer.json") ? "tokenizer.json" : "vocab.txt";
    Tokenizer tokenizer =
        of(
            HadoopModels.tokenizer(base),
            base.location() + "/" + file,
            base.encoder().vocabularySize(),
            base.encoder().typeVocabularySize());
    ProbeProcess.check(tokenizer.checked);
    boolean pairs = task.textPair().isPresent() || !task.choices().isEmpty();
    try (TextEncoder encoder = TextEncoder.of(tokenizer.checked, LENGTH)) {
      tokenizer.requireFits(encoder, pairs, maxSeqLength);
    }
    return tokenizer;
  }

  /**
   * @param json contents of a {@code tokenizer.json}
   * @param source what messages call it
   * @param vocabularySize how many words the model has
   * @param types how many token types the model has
   */
  public static Tokenizer of(byte[] json, String source, int vocabularySize, int types) {
    return new Tokenizer(
        CheckedTokenizer.of(json, source), new TokenLimits(source, vocabularySize, types));
  }

  private void requireFits(TextEncoder encoder, boolean pairs, int maxSeqLength) {
    Tokens special = pairs ? encoder.encode("", "") : encoder.encode("");
    if (special.length() >= maxSeqLength) {
      throw new ConfigException(
          "Invalid data.max_seq_length: %d; the tokenizer %s puts %d special tokens around %s, so it has to be %d or more"
              .formatted(
                  maxSeqLength,
                  checked.source(),
                  special.length(),
                  pairs ? "two texts" : "a text",
                  special.length() + 1));
    }
    limits.require(special);
    try {
      Tokens tokens = pairs ? encoder.encode("a", "a") : encoder.encode("a");
      limits.require(tokens);
      if (limits.types() == 1 && Arrays.stream(tokens.typeIds()).anyMatch(type -> type > 0)) {
        LOG.warn(
            "The tokenizer {} tells token types apart, but the model has one (type_vocab_size is"
                + " 1): all tokens have type 0",
            checked.source());
      }
    } catch (UserException e) {
      throw e;
    } catch (RuntimeException e) {
      // The library's own. Other texts may do; a row that does not is refused with its place.
      LOG.warn(
          "The tokenizer {} cannot tokenise the text 'a': {}", checked.source(), e.getMessage());
    }
  }

  CheckedTokenizer checked() {
    return checked;
  }

  TokenLimits limits() {
    return limits;
  }
}
