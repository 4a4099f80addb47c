package io.sparsetune.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.CorruptFileException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each of these ended the process in the tokenizer library. */
class BrokenTokenizersTest {
  private static final String WORDS =
      "'model': {'type': 'WordPiece', 'unk_token': '[UNK]', 'continuing_subword_prefix': '##',"
          + " 'max_input_chars_per_word': 100, 'vocab': {'[UNK]': 0, '[CLS]': 1, 'a': 2}}";
  private static final String UNIGRAM =
      "'model': {'type': 'Unigram', 'unk_id': 0, 'vocab': [['<unk>', 0.0], ['a', -1.0]],"
          + " 'byte_fallback': false}";
  private static final String BPE =
      "'model': {'type': 'BPE', 'continuing_subword_prefix': '%s', 'vocab': {'a': 0, '##b': 1,"
          + " 'ab': 2}, 'merges': ['a ##b']}";
  private static final String TEMPLATE =
      "'post_processor': {'type': 'TemplateProcessing', 'single': [%s], 'pair': [{'Sequence':"
          + " {'id': 'A', 'type_id': 0}}, {'Sequence': {'id': 'B', 'type_id': 1}}],"
          + " 'special_tokens': {'[CLS]': {'id': '[CLS]', 'ids': [1], 'tokens': ['[CLS]']}}}";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type': 'WordPiece', 'prefix': 1%1$s}",
        "%2$s%3$s",
        "{'type': 'Sequence', 'decoders': [{'type': 'Replace', 'pattern': 7}]}"
      })
  void theDecoderIsNotGivenToTheLibrary(String decoder) {
    String written = decoder.formatted("0".repeat(300), "[".repeat(60), "]".repeat(60));
    byte[] tokenizer = json("{%s, 'decoder': %s}".formatted(WORDS, written));
    try (TextEncoder encoder = TextEncoder.of(tokenizer, "m/tokenizer.json", 8)) {
      assertThat(encoder.encode("a").ids()).containsExactly(2);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'type': 'WordPiece', 'prefix': | not valid JSON at byte ",
        "{'type': 'WordPiece' 'prefix': 1}} | not valid JSON at byte ",
        "{'type': 'a\u0001'}} | not valid JSON at byte "
      })
  void whatIsNotJsonIsRefused(String decoder, String problem) {
    assertRefused("{%s, 'decoder': %s".formatted(WORDS, decoder), problem);
  }

  @Test
  void nestingHasALimit() {
    assertRefused(
        "{%s, 'decoder': %s1%s}".formatted(WORDS, "[".repeat(100), "]".repeat(100)),
        "its lists and objects lie more than 100 deep in each other");
    assertRefused(
        "{%s, 'decoder': %s}".formatted(WORDS, "[".repeat(100_000)), "not valid JSON at byte ");
  }

  @Test
  void halfACharacterIsRefused() {
    assertRefused(
        "{%s, 'added_tokens': [{'id': 0, 'content': '\\ud800'}]}".formatted(WORDS),
        "\\ud800 at byte ");
  }

  @Test
  void aTemplateNamesTokensThatItHas() {
    String unknown = TEMPLATE.formatted("{'SpecialToken': {'id': '[X]', 'type_id': 0}}");
    String problem =
        "the template 'single' of its post_processor names '[X]', which is not among its"
            + " special_tokens";
    assertRefused("{%s, %s}".formatted(WORDS, unknown), problem);
    assertRefused(
        "{%s, 'post_processor': {'type': 'Sequence', 'processors': [{%s}]}}"
            .formatted(WORDS, unknown.replace("'post_processor': {", "").replaceFirst("}$", "")),
        problem);
    assertRefused(
        "{%s, %s}".formatted(WORDS, TEMPLATE.formatted("{'Sequence': {'id': 'B', 'type_id': 0}}")),
        "the template 'single' of its post_processor names a second text (Sequence B)");
  }

  @Test
  void aNormalizerDoesNotReplaceAnEmptyText() {
    for (String kind : new String[] {"String", "Regex"}) {
      assertRefused(
          "{%s, 'normalizer': {'type': 'Sequence', 'normalizers': [{'type': 'Replace', 'pattern': {'%s': ''}, 'content': 'x'}, {'type': 'NFKC'}]}}"
              .formatted(UNIGRAM, kind),
          "its normalizer replaces an empty text");
    }
  }

  @ParameterizedTest
  @CsvSource({"CAAAAAAAAAAAAAAA, broken", "AAAA, broken", "a?, not in Base64", "'', broken"})
  void aCharsmapLeadsNowhereElse(String charsmap, String problem) {
    assertRefused(
        "{%s, 'normalizer': {'type': 'Precompiled', 'precompiled_charsmap': '%s'}}"
            .formatted(UNIGRAM, charsmap),
        "the precompiled_charsmap of its normalizer is " + problem);
  }

  @Test
  void aMergeIsNoShorterThanThePrefixThatIsCutOffIt() {
    assertThatCode(() -> TextEncoder.of(json("{" + BPE.formatted("##") + "}"), "it", 8).close())
        .doesNotThrowAnyException();
    assertRefused(
        "{" + BPE.formatted("#####") + "}",
        "its model merges '##b', which does not begin with its continuing_subword_prefix '#####'");
  }

  @Test
  void anIdThatNoModelHasIsRefused() {
    assertRefused(
        "{" + BPE.formatted("##").replace("'vocab': {", "'vocab': {'z': 4294967295, ") + "}",
        "the token 'z' has the id 4294967295; no model has so many words");
    assertRefused(
        "{%s, 'added_tokens': [{'id': 2147483648, 'content': 'y'}]}".formatted(WORDS),
        "the token 'y' has the id 2147483648; no model has so many words");
  }

  @Test
  void tokensByChanceAreRefused() {
    assertRefused(
        "{" + BPE.formatted("##").replace("'BPE',", "'BPE', 'dropout': 0.1,") + "}",
        "its model has dropout 0.1: it would give other tokens each time. Set \"dropout\": null");
  }

  private static void assertRefused(String tokenizer, String problem) {
    assertThatThrownBy(() -> TextEncoder.of(json(tokenizer), "m/tokenizer.json", 8))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageStartingWith("Cannot read m/tokenizer.json: " + problem);
  }

  private static byte[] json(String quoted) {
    return quoted.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }
}
