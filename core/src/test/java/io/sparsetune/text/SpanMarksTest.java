package io.sparsetune.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.text.SpanMarks.Span;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpanMarksTest {
  private static final String TEXT =
      "Mark told Pete many  lies about himself, which \"Pete's\nold aunt\" put in her book.";

  @ParameterizedTest
  @CsvSource({
    "Mark, 0, *Mark* told #Pete# many",
    "himself, 6, lies about *himself*, which",
    "HIMSELF, 6, lies about *himself*, which",
    "'himself,', 6, lies about *himself*, which",
    "many lies, 3, *many  lies* about",
    "Pete, 8, which \"*Pete*'s",
    "Pete's, 8, which \"*Pete's*",
    "Pete's old aunt, 8, which \"*Pete's\\nold aunt*\" put",
    "book, 14, in her *book*.",
  })
  void aSpanIsMarkedWhereItsWordsStand(String span, int word, String expected) {
    Optional<Span> place = SpanMarks.find(TEXT, span, word);
    Span pete = SpanMarks.find(TEXT, "Pete", 2).orElseThrow();
    assertThat(SpanMarks.mark(TEXT, place.orElseThrow(), pete))
        .contains(expected.replace("\\n", "\n"))
        .contains("#Pete#");
    assertThat(SpanMarks.mark(TEXT, place.orElseThrow(), pete).replaceAll("[*#]", ""))
        .isEqualTo(TEXT);
  }

  @ParameterizedTest
  @CsvSource({
    "Mark, 1",
    "Pete, 3",
    "Pet, 2",
    "Petes, 2",
    "told Mark, 1",
    "lies many, 3",
    "book, 15",
    "book shop, 14",
    "!, 0",
    "ete, 2",
    "told, 0"
  })
  void aSpanThatDoesNotStandThereIsNotFound(String span, int word) {
    assertThat(SpanMarks.find(TEXT, span, word)).isEmpty();
  }

  @Test
  void aSpanMayLieInTheOther() {
    String text = "Bob's mother saw him";
    Span mother = SpanMarks.find(text, "Bob's mother", 0).orElseThrow();
    Span bob = SpanMarks.find(text, "Bob's", 0).orElseThrow();
    assertThat(SpanMarks.mark(text, mother, bob)).isEqualTo("*#Bob's# mother* saw him");
    assertThat(SpanMarks.mark(text, bob, mother)).isEqualTo("#*Bob's* mother# saw him");
    Span last = SpanMarks.find(text, "mother", 1).orElseThrow();
    assertThat(SpanMarks.mark(text, mother, last)).isEqualTo("*Bob's #mother#* saw him");
  }

  @Test
  void wordsAreWhatWhiteSpaceSeparates() {
    assertThat(SpanMarks.words(" a  b,\u00a0c\td")).containsExactly("a", "b,", "c", "d");
    assertThat(SpanMarks.find("a  b,\u00a0c\td", "c", 2)).contains(new Span(6, 7));
  }

  @Test
  void aSpanMayHaveAnyNumberOfWords() {
    String words = "word ".repeat(50_000).strip();
    assertThat(SpanMarks.find("A " + words, words, 1)).contains(new Span(2, 2 + words.length()));
    assertThat(SpanMarks.find("A " + words, words + "s", 1)).isEmpty();
  }
}
