package io.sparsetune.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.quickstart.GrammarSplit.Row;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GrammarSplitTest {
  private static final List<SentencePair> PAIRS =
      IntStream.range(0, 2000)
          // Three wrong sentences share a correction, and every tenth pair comes twice.
          .mapToObj(i -> new SentencePair("wrong " + (i - (i % 10 == 9 ? 1 : 0)), "right " + i / 3))
          .toList();

  @Test
  void aWrongSentenceAndItsCorrectionsAreInTheSamePart() {
    Map<String, Integer> partOf = partOf(GrammarSplit.of(PAIRS));
    assertThat(PAIRS)
        .allSatisfy(
            pair -> assertThat(partOf.get(pair.wrong())).isEqualTo(partOf.get(pair.corrected())));
  }

  @Test
  void everySentenceIsThereOnce() {
    GrammarSplit split = GrammarSplit.of(PAIRS);
    List<String> texts =
        Stream.of(split.train(), split.validation(), split.test())
            .flatMap(List::stream)
            .map(Row::text)
            .toList();
    assertThat(texts).doesNotHaveDuplicates();
    assertThat(texts)
        .containsExactlyInAnyOrderElementsOf(
            PAIRS.stream().flatMap(p -> Stream.of(p.wrong(), p.corrected())).distinct().toList());
  }

  @Test
  void thePartsAreEightyTenAndTenInAHundred() {
    GrammarSplit split = GrammarSplit.of(PAIRS);
    double all = split.train().size() + split.validation().size() + split.test().size();
    assertThat(split.train().size() / all).isBetween(0.75, 0.85);
    assertThat(split.validation().size() / all).isBetween(0.07, 0.13);
    assertThat(split.test().size() / all).isBetween(0.07, 0.13);
  }

  @Test
  void theOrderOfThePairsDoesNotMoveASentence() {
    List<SentencePair> shuffled = new ArrayList<>(PAIRS);
    Collections.reverse(shuffled);
    assertThat(partOf(GrammarSplit.of(shuffled))).isEqualTo(partOf(GrammarSplit.of(PAIRS)));
  }

  @Test
  void aCorrectionThatAnotherRuleCallsWrongCountsAsWrong() {
    GrammarSplit split =
        GrammarSplit.of(List.of(new SentencePair("a", "b"), new SentencePair("b", "c")));
    Map<String, String> labels = new HashMap<>();
    Stream.of(split.train(), split.validation(), split.test())
        .flatMap(List::stream)
        .forEach(row -> labels.put(row.text(), row.label()));
    assertThat(labels)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("a", "incorrect", "b", "incorrect", "c", "correct"));
  }

  private static Map<String, Integer> partOf(GrammarSplit split) {
    Map<String, Integer> parts = new HashMap<>();
    split.train().forEach(row -> parts.put(row.text(), 0));
    split.validation().forEach(row -> parts.put(row.text(), 1));
    split.test().forEach(row -> parts.put(row.text(), 2));
    return parts;
  }
}
