package io.sparsetune.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FaultScheduleTest {
  private static List<FaultSchedule> drawn(long seed, int schedules) {
    return IntStream.range(0, schedules).mapToObj(i -> FaultSchedule.draw(seed, i)).toList();
  }

  @Test
  void aSeedAndANumberAreASchedule() {
    assertThat(drawn(7, 50)).isEqualTo(drawn(7, 50)).doesNotHaveDuplicates();
    assertThat(drawn(7, 50)).doesNotContainAnyElementsOf(drawn(8, 50));
    assertThat(FaultSchedule.draw(7, 49)).isEqualTo(drawn(7, 50).get(49));
  }

  @Test
  void twentySchedulesHaveEveryMethodAndEveryKindOfFault() {
    for (long seed = 0; seed < 100; seed++) {
      Set<Method> methods = EnumSet.noneOf(Method.class);
      Set<FaultKind> kinds = EnumSet.noneOf(FaultKind.class);
      for (FaultSchedule schedule : drawn(seed, 20)) {
        methods.add(schedule.method());
        schedule.faults().forEach(fault -> kinds.add(fault.kind()));
      }
      assertThat(methods).containsExactly(Method.values());
      assertThat(kinds).containsExactly(FaultKind.values());
    }
  }

  @Test
  void faultsFitTheirMethodAndTheFirstCluster() {
    for (FaultSchedule schedule : drawn(3, 2_000)) {
      assertThat(schedule.faults()).as(schedule.toString()).isNotEmpty();
      for (Fault fault : schedule.faults()) {
        assertThat(schedule.method().phases()).contains(fault.phase());
        assertThat(fault.kind().clusters()).contains(schedule.cluster(0));
        assertThat(fault.phase().hasTasks() || !fault.kind().isOfTasks()).isTrue();
        assertThat(schedule.faults().stream().filter(f -> f.kind() == fault.kind()).count())
            .isLessThanOrEqualTo(fault.kind().most());
      }
    }
  }

  @Test
  void manySchedulesHaveEveryKindInEveryPhase() {
    List<FaultSchedule> schedules = drawn(3, 2_000);
    for (FaultKind kind : FaultKind.values()) {
      Set<Phase> phases = EnumSet.noneOf(Phase.class);
      Set<Cluster> clusters = EnumSet.noneOf(Cluster.class);
      for (FaultSchedule schedule : schedules) {
        for (Fault fault : schedule.faults()) {
          if (fault.kind() == kind) {
            phases.add(fault.phase());
            clusters.add(schedule.cluster(0));
          }
        }
      }
      assertThat(phases)
          .as(kind.toString())
          .containsExactlyElementsOf(
              kind.isOfTasks()
                  ? EnumSet.complementOf(EnumSet.of(Phase.RESULT))
                  : EnumSet.allOf(Phase.class));
      assertThat(clusters).as(kind.toString()).isEqualTo(kind.clusters());
    }
  }

  @Test
  void aScheduleIsOneLineThatNamesItsSeed() {
    for (FaultSchedule schedule : drawn(3, 100)) {
      assertThat(schedule.toString())
          .startsWith("3/%d %s on ".formatted(schedule.number(), schedule.method()))
          .doesNotContain("\n");
      assertThat(schedule.command()).isEqualTo("bin/faults --seed 3 --only " + schedule.number());
    }
  }
}
