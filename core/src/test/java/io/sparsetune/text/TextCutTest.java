package io.sparsetune.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TextCutTest {
  private static final int TEXTS = 25;

  private static final String[] PIECES = {
    " ",
    " ",
    " ",
    " ",
    " ",
    "  ",
    "   ",
    "\n",
    "\t",
    "\u00a0",
    "\u3000",
    "a",
    "b",
    "o",
    "foo",
    "bar",
    "don't",
    "'s",
    "'",
    "3",
    "42",
    ".",
    ",",
    "!",
    "-",
    "_",
    "\u2581",
    "\u4f60\u597d",
    "\u6587",
    "\u3002",
    "\uff0c",
    "\u3001",
    "\u00e9",
    "e\u0301",
    "\u0301",
    "\u0e2a\u0e27",
    "\ud55c\uad6d",
    "\u0627\u0644",
    "\ufc5e",
    "\u00a8",
    "\u0d4e",
    "\u0600",
    "\u200d",
    "\u0000",
    "\u0085",
    "\ufb01",
    "\u2460",
    "\ud83d\ude00",
    "\ud83d\udc68\u200d\ud83d\udc69",
    "<mask>",
    "<s>",
    "[SEP]",
    "word",
    "``",
    "''",
    "\u1e9b\u0323",
    "\uac00\u11a8",
    "\u0130",
    "\u00df"
  };
  private static final String SPECIAL =
      "'added_tokens': [{'id': 0, 'content': '<s>', 'single_word': false, 'lstrip': false,"
          + " 'rstrip': false, 'normalized': true, 'special': true}, {'id': 1, 'content': '</s>',"
          + " 'single_word': false, 'lstrip': false, 'rstrip': true, 'normalized': false,"
          + " 'special': true}, {'id': 2, 'content': '<mask>', 'single_word': false, 'lstrip':"
          + " true, 'rstrip': false, 'normalized': false, 'special': true}, {'id': 3, 'content':"
          + " 'word', 'single_word': true, 'lstrip': true, 'rstrip': true, 'normalized': true,"
          + " 'special': false}], ";
  private static final String ENDS =
      ", 'post_processor': {'type': 'RobertaProcessing', 'sep': ['</s>', 1], 'cls': ['<s>', 0],"
          + " 'trim_offsets': true, 'add_prefix_space': true}}";
  private static final String BLANKS =
      "{'type': 'Replace', 'pattern': {'Regex': ' {2,}'}, 'content': ' '}";

  static Stream<Arguments> tokenizers() {
    return Stream.of(
        Arguments.of("BERT", minilm(), Cuts.AT_SPACES_AND_MARKS),
        Arguments.of(
            "RoBERTa",
            tokenizer(
                bytes(),
                "{'type': 'ByteLevel', 'add_prefix_space': false, 'trim_offsets': true,"
                    + " 'use_regex': true}",
                "null"),
            Cuts.AT_SPACES_AND_MARKS),
        Arguments.of(
            "RoBERTa with a prefix space, in NFC",
            tokenizer(
                bytes(),
                "{'type': 'ByteLevel', 'add_prefix_space': true, 'trim_offsets': true}",
                "{'type': 'NFC'}"),
            Cuts.AT_SPACES_AND_MARKS),
        Arguments.of(
            "XLM-R", unigram("{'type': 'Nmt'}, {'type': 'NFKC'}, " + BLANKS), Cuts.AT_SPACES),
        Arguments.of(
            "ALBERT",
            unigram(
                "{'type': 'Replace', 'pattern': {'String': '``'}, 'content': '\\\"'}, {'type':"
                    + " 'NFKD'}, {'type': 'StripAccents'}, {'type': 'Lowercase'}, {'type': 'Strip',"
                    + " 'strip_left': true, 'strip_right': true}, "
                    + BLANKS),
            Cuts.AT_SPACES),
        Arguments.of(
            "CamemBERT",
            unigram(
                "{'type': 'Replace', 'pattern': {'String': '\\n"
                    + "'}, 'content': ' '}, {'type': 'Strip', 'strip_left': false, 'strip_right':"
                    + " true}, {'type': 'Replace', 'pattern': {'Regex': ' {2,}'}, 'content':"
                    + " '\u2581'}"),
            Cuts.AT_SPACES),
        Arguments.of(
            "words and pieces",
            tokenizer(
                unigramModel(),
                "{'type': 'Sequence', 'pretokenizers': [{'type': 'WhitespaceSplit'}, {'type':"
                    + " 'Metaspace', 'replacement': '\u2581', 'prepend_scheme': 'always', 'split':"
                    + " true}]}",
                "{'type': 'NFC'}"),
            Cuts.AT_SPACES),
        Arguments.of(
            "whole words",
            tokenizer(
                "{'type': 'WordLevel', 'vocab': {'<s>': 0, '</s>': 1, '<mask>': 2, 'word': 3,"
                    + " 'foo': 4, 'bar': 5, 'a': 6}, 'unk_token': '<mask>'}",
                "{'type': 'Whitespace'}",
                "null"),
            Cuts.AT_SPACES));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("tokenizers")
  void aTextThatIsCutHasTheTokensOfTheWhole(String name, byte[] json, Cuts cuts) {
    CheckedTokenizer checked = CheckedTokenizer.of(json, name);
    assertThat(checked.cuts()).isEqualTo(cuts);
    CheckedTokenizer uncut = new CheckedTokenizer(checked.json(), name, Cuts.NOWHERE);
    Random random = new Random(7);
    int shorter = 0;
    for (int length : new int[] {5, 8, 11}) {
      try (TextEncoder encoder = TextEncoder.of(checked, length);
          TextEncoder whole = TextEncoder.of(uncut, length)) {
        for (int i = 0; i < TEXTS; i++) {
          String text = text(random);
          String pair = random.nextInt(4) == 0 ? text : text(random);
          shorter += new Prefix(text, cuts, length).isWhole() ? 0 : 1;
          assertSame(encoder.encode(text), whole.encode(text), text);
          assertSame(encoder.encode(text, pair), whole.encode(text, pair), text + " | " + pair);
        }
      }
    }
    assertThat(shorter).isGreaterThan(TEXTS);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'pre_tokenizer': {'type': 'BertPreTokenizer'} | AT_SPACES_AND_MARKS",
        "'pre_tokenizer': null | NOWHERE",
        "'pre_tokenizer': {'type': 'Punctuation'} | NOWHERE",
        "'pre_tokenizer': {'type': 'ByteLevel', 'use_regex': false} | NOWHERE",
        "'pre_tokenizer': {'type': 'Metaspace', 'split': false} | NOWHERE",
        "'pre_tokenizer': {'type': 'WhitespaceSplit'}, 'normalizer': {'type': 'ByteLevel'} |"
            + " NOWHERE",
        "'pre_tokenizer': {'type': 'WhitespaceSplit'}, 'normalizer': {'type': 'Replace', 'pattern':"
            + " {'String': ' '}} | NOWHERE",
        "'pre_tokenizer': {'type': 'WhitespaceSplit'}, 'normalizer': {'type': 'Replace', 'pattern':"
            + " {'Regex': 'o'}} | NOWHERE",
        "'pre_tokenizer': {'type': 'WhitespaceSplit'}, 'added_tokens': [{'content': 'new york',"
            + " 'normalized': false}] | NOWHERE",
        "'pre_tokenizer': {'type': 'WhitespaceSplit'}, 'added_tokens': [{'content': '\u6587',"
            + " 'normalized': true}] | NOWHERE",
        "'pre_tokenizer': {'type': 'WhitespaceSplit'}, 'added_tokens': [{'content': '\u6587',"
            + " 'normalized': false}] | AT_SPACES",
        "'pre_tokenizer': {'type': 'WhitespaceSplit'}, 'truncation': {'direction': 'Left'} |"
            + " NOWHERE"
      })
  void textsAreCutWhereTheTokenizerAllowsIt(String parts, Cuts cuts) {
    assertThat(CheckedTokenizer.of(json("{" + parts + "}"), "it").cuts()).isEqualTo(cuts);
  }

  @Test
  void aTextThatCannotBeCutIsRefused() {
    try (TextEncoder encoder = TextEncoder.of(minilm(), "minilm", 16)) {
      String word = "a".repeat(Prefix.MOST + 1);
      assertThat(encoder.encode("foo ".repeat(40) + word).ids()).hasSize(16);
      assertThat(encoder.encode("foo bar", "foo ".repeat(40) + word).ids()).hasSize(16);
      assertThat(encoder.encode(word.substring(1)).ids()).hasSize(3);
      String message =
          "a text of %,d characters cannot be cut within its first 262,144 without a change of its"
              + " first tokens; shorten it";
      assertThatThrownBy(() -> encoder.encode(word))
          .isInstanceOf(TextTooLongException.class)
          .hasMessage(message, word.length());
      assertThatThrownBy(() -> encoder.encode("a", word + " a"))
          .isInstanceOf(TextTooLongException.class)
          .hasMessage(message, word.length() + 2);
    }
    CheckedTokenizer uncut =
        new CheckedTokenizer(CheckedTokenizer.of(minilm(), "m").json(), "m", Cuts.NOWHERE);
    try (TextEncoder encoder = TextEncoder.of(uncut, 16)) {
      String text = "foo ".repeat(10_000);
      assertThatThrownBy(() -> encoder.encode(text, text))
          .isInstanceOf(TextTooLongException.class)
          .hasMessage(
              "two texts of 40,000 and 40,000 characters are too long for a pair of 16 tokens;"
                  + " shorten one");
    }
  }

  private static void assertSame(Tokens cut, Tokens whole, String text) {
    assertThat(cut.ids()).as(text).isEqualTo(whole.ids());
    assertThat(cut.typeIds()).as(text).isEqualTo(whole.typeIds());
    assertThat(cut.truncated()).as(text).isEqualTo(whole.truncated());
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    int pieces = random.nextInt(3) == 0 ? random.nextInt(20) : random.nextInt(120);
    boolean words = random.nextBoolean();
    for (int i = 0; i < pieces; i++) {
      text.append(PIECES[random.nextInt(PIECES.length)]);
      if (words && random.nextInt(3) == 0) {
        text.append(random.nextBoolean() ? "ab cd" : "o 1");
      }
    }
    return text.toString();
  }

  private static byte[] unigram(String normalizers) {
    return tokenizer(
        unigramModel(),
        "{'type': 'Metaspace', 'replacement': '\u2581', 'prepend_scheme': 'always', 'split': true}",
        "{'type': 'Sequence', 'normalizers': [" + normalizers + "]}");
  }

  private static String unigramModel() {
    return "{'type': 'Unigram', 'unk_id': 0, 'byte_fallback': false, 'vocab': [['<s>', 0.0],"
        + " ['</s>', 0.0], ['<mask>', 0.0], ['word', 0.0], ['\u2581', -2.0], ['a', -3.0],"
        + " ['b', -3.5], ['ab', -4.0], ['\u2581foo', -4.0], ['o', -3.0], ['oo', -4.5],"
        + " ['\u2581b', -4.0], ['ar', -4.0], ['\u4f60', -5.0], ['r', -4.0], ['\u2581\u2581',"
        + " -2.5]]}";
  }

  /** A byte-pair model of the printable bytes and a few merges. */
  private static String bytes() {
    List<String> words = new ArrayList<>(List.of("<s>", "</s>", "<mask>", "word"));
    int other = 256;
    for (int b = 0; b < 256; b++) {
      boolean shown = b >= '!' && b <= '~' || b >= 0xa1 && b <= 0xac || b >= 0xae;
      String letter = Character.toString(shown ? b : other++);
      words.add(letter.equals("\"") || letter.equals("\\") ? "\\" + letter : letter);
    }
    words.addAll(List.of("fo", "foo", "\u0120f", "ba", "\u0120\u0120"));
    String vocabulary =
        String.join(
            ", ",
            IntStream.range(0, words.size())
                .mapToObj(i -> "\"" + words.get(i) + "\": " + i)
                .toList());
    return "{\"type\": \"BPE\", \"vocab\": {"
        + vocabulary
        + "}, \"merges\": [\"f o\", \"fo o\", \"\u0120 f\", \"b a\", \"\u0120 \u0120\"]}";
  }

  private static byte[] tokenizer(String model, String splitter, String normalizer) {
    return ("{"
            + quoted(SPECIAL)
            + "\"model\": "
            + (model.contains("\"") ? model : quoted(model))
            + quoted(", 'pre_tokenizer': " + splitter + ", 'normalizer': " + normalizer + ENDS))
        .getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] json(String text) {
    return quoted(text).getBytes(StandardCharsets.UTF_8);
  }

  private static String quoted(String text) {
    return text.replace('\'', '"');
  }

  private static byte[] minilm() {
    try (InputStream in =
        TextCutTest.class.getResourceAsStream("/all-minilm-l6-v2-tokenizer.json")) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
