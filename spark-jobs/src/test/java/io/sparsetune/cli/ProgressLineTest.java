package io.sparsetune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
  private final ProgressLine half =
      new ProgressLine(300, 600, 0.51234, 12_345, 95, Optional.of("matthews 0.412"));

  @Test
  void aPlainLineSaysEverything() {
    assertThat(half.plain())
        .isEqualTo("step 300/600, loss 0.5123, 12.3k tokens/s, matthews 0.412, 1:35 left");
  }

  @Test
  void whatIsNotKnownYetIsLeftOut() {
    ProgressLine first = new ProgressLine(0, 600, Double.NaN, 0, -1, Optional.empty());
    assertThat(first.plain()).isEqualTo("step 0/600");
  }

  @Test
  void theBarFitsTheScreen() {
    assertThat(half.bar(200)).startsWith("[============            ] step 300/600, ");
    assertThat(half.bar(40)).hasSize(39);
    assertThat(new ProgressLine(600, 600, 1, 1, 0, Optional.empty()).bar(200))
        .startsWith("[========================] step 600/600, loss 1.0000, 1 tokens/s, 0:00 left");
  }

  @Test
  void durationsHaveHoursWhereTheyNeedThem() {
    assertThat(ProgressLine.duration(59.6)).isEqualTo("1:00");
    assertThat(ProgressLine.duration(3725)).isEqualTo("1:02:05");
  }

  @Test
  void onlyAScreenIsRedrawn() {
    assertThat(Terminal.isLive(Map.of("TERM", "xterm"), true)).isTrue();
    assertThat(Terminal.isLive(Map.of("TERM", "xterm"), false)).isFalse();
    assertThat(Terminal.isLive(Map.of("TERM", "dumb"), true)).isFalse();
    String known = "SPARSETUNE_STDERR_IS_TERMINAL";
    assertThat(Terminal.isLive(Map.of("TERM", "xterm", known, "0"), true)).isFalse();
    assertThat(Terminal.isLive(Map.of("TERM", "xterm", known, "1"), false)).isTrue();
    assertThat(Terminal.isLive(Map.of("TERM", "xterm", "CI", "true"), true)).isFalse();
  }
}
