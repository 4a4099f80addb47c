package io.sparsetune.text;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.CorruptFileException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tokenizers are given to the library without the checks that would refuse them. */
class ProbeProcessTest {
  private static final String MODEL =
      "'model': {'type': 'WordPiece', 'unk_token': '[UNK]', 'continuing_subword_prefix': '##',"
          + " 'max_input_chars_per_word': 100, 'vocab': {'[UNK]': 0, 'a': 1}}";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'decoder': {'type': 'WordPiece', 'prefix': 1e999}}",
        "'normalizer': {'type': 'Precompiled', 'precompiled_charsmap': 'AAAA'}}",
        "'normalizer': {'type': 'Precompiled', 'precompiled_charsmap': 'CAAAAAAAAAAAAAAA'}}"
      })
  void aTokenizerThatEndsTheProcessIsRefused(String part) {
    CheckedTokenizer tokenizer = tokenizer("{" + MODEL + ", " + part);
    assertThatThrownBy(() -> ProbeProcess.check(tokenizer))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageMatching(
            "Cannot read m/tokenizer.json: the tokenizer library breaks down with it:"
                + " .*(Helper|Precompiled|out of bounds|out of range|ParseError).*");
  }

  @Test
  void aSoundTokenizerPasses() {
    assertThatCode(() -> ProbeProcess.check(tokenizer("{" + MODEL + "}")))
        .doesNotThrowAnyException();
  }

  @Test
  void bytePairsWithFewMergesPass() throws IOException {
    try (InputStream in = getClass().getResourceAsStream("/tokenizers/byte-pairs.json")) {
      CheckedTokenizer checked = CheckedTokenizer.of(in.readAllBytes(), "byte pairs");
      assertThatCode(() -> ProbeProcess.check(checked)).doesNotThrowAnyException();
    }
  }

  @Test
  void whatTheLibraryRefusesIsLeftToWhoOpensIt() {
    assertThatCode(() -> ProbeProcess.check(tokenizer("{}"))).doesNotThrowAnyException();
  }

  private static CheckedTokenizer tokenizer(String quoted) {
    return new CheckedTokenizer(
        quoted.replace('\'', '"').getBytes(StandardCharsets.UTF_8),
        "m/tokenizer.json",
        Cuts.NOWHERE);
  }
}
