package io.sparsetune.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShownTest {
  @Test
  void whatIsLongIsCutBetweenCharactersAndNotWithinOne() {
    String faces = "😀".repeat(5);
    assertThat(Shown.cut(faces, 5)).isEqualTo(faces);
    assertThat(Shown.cut(faces, 3)).isEqualTo("😀😀😀…");
    assertThat(Shown.cut("a" + faces, 2)).isEqualTo("a😀…");
  }

  @Test
  void aListIsShownOnOneLineWithTheNumberOfAll() {
    assertThat(Shown.list(List.of("a\nb", "c"))).isEqualTo("a\\u000ab, c");
    List<String> many = IntStream.range(0, 9).mapToObj(Integer::toString).toList();
    assertThat(Shown.list(many)).isEqualTo("0, 1, 2, 3, 4, 5, 6, 7, … (9 in all)");
    assertThat(Shown.list(List.of("x".repeat(61)))).isEqualTo("x".repeat(60) + "…");
  }
}
