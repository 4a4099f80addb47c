package io.sparsetune.delta;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class RunIdTest {
  @Test
  void everyPartChangesTheIdAndNoneRunsIntoTheNext() {
    List<String> ids =
        List.of(
            RunId.of("{}", "b", "h", "d", 1, "v"),
            RunId.of("{ }", "b", "h", "d", 1, "v"),
            RunId.of("{}", "bh", "", "d", 1, "v"),
            RunId.of("{}", "b", "i", "d", 1, "v"),
            RunId.of("{}", "b", "h", "c", 1, "v"),
            RunId.of("{}", "b", "h", "d", 2, "v"),
            RunId.of("{}", "b", "h", "d", 1, "w"));
    assertThat(new TreeSet<>(ids)).hasSize(ids.size()).allMatch(id -> id.matches("[0-9a-f]{64}"));
    assertThat(RunId.of("{}", "b", "h", "d", 1, "v")).isEqualTo(ids.get(0));
  }
}
