package io.sparsetune.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.cluster.Mishap.Kind;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MishapTest {
  private static final Mishap LATE =
      new Mishap(Kind.HALT, "delta.safetensors", 1, Duration.ofMillis(30));

  private static Mishap of(Kind kind, int number) {
    return new Mishap(kind, "step", number, Duration.ZERO);
  }

  @Test
  void aListIsReadAsItIsWritten() {
    List<Mishap> list = List.of(of(Kind.FAIL, 3), LATE, of(Kind.KILL, 12));
    assertThat(Mishap.parse(Mishap.text(list))).isEqualTo(list);
    assertThat(Mishap.parse(Mishap.text(List.of()))).isEmpty();
  }

  @Test
  void eachOfAListHasAMarkerOfItsOwn() {
    assertThat(Mishap.markers(List.of(of(Kind.FAIL, 1), LATE, of(Kind.FAIL, 1), of(Kind.KILL, 1))))
        .containsExactly("failed", "halted", "failed-2", "killed");
  }

  @Test
  void whatCannotBeAnEntryOfAListIsRefused() {
    assertThatThrownBy(() -> of(Kind.FAIL, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Mishap(Kind.FAIL, "a;b", 1, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
