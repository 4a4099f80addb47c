package io.sparsetune.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.DataException;
import java.util.List;
import org.junit.jupiter.api.Test;

class LabelsTest {
  @Test
  void wholeNumbersAreSortedByValue() {
    Labels labels = Labels.sortedDistinct(List.of("10", "2", "-1", "2"));
    assertThat(labels.names()).containsExactly("-1", "2", "10");
    assertThat(labels.index("10")).isEqualTo(2);
    assertThat(labels.name(0)).isEqualTo("-1");
  }

  @Test
  void stringsAreSortedByCodePoint() {
    assertThat(
            Labels.sortedDistinct(List.of("b", "10", "B", "\uFF5E", "\uD83D\uDE00", "a")).names())
        .containsExactly("10", "B", "a", "b", "\uFF5E", "\uD83D\uDE00");
  }

  @Test
  void configuredLabelsKeepTheirOrder() {
    Labels labels = Labels.of(List.of("no", "yes"));
    assertThat(labels.index("yes")).isOne();
    assertThat(labels.index("maybe")).isEqualTo(-1);
    assertThat(labels).isEqualTo(Labels.of(List.of("no", "yes")));
    assertThatThrownBy(() -> Labels.of(List.of("no", "no")))
        .hasMessage("Invalid labels: [no, no] (at least two, each once)");
  }

  @Test
  void oneLabelAloneTeachesNothing() {
    assertThatThrownBy(() -> Labels.sortedDistinct(List.of("x", "x")))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot learn from the training data's labels: every row has the label [x]; at least"
                + " two different ones are needed. Is task.label the right column?");
  }
}
