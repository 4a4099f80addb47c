package io.sparsetune.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Twenty schedules, or as many as a property says: {@code bin/faults} runs any. */
class FaultSchedulesTest {
  private static final long SEED = 1;

  /** So many have every method, kind of fault and phase. */
  private static final int ALL = 20;

  private static final int SCHEDULES = Integer.getInteger("faults.schedules", ALL);

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  @Test
  void trainingsEndInTheSameFilesWhateverHappens() throws Exception {
    List<ScheduleResult> results = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    try (ScheduleRunner runner =
        new ScheduleRunner(Path.of(System.getProperty("spark.home")), folder)) {
      for (int i = 0; i < SCHEDULES; i++) {
        try {
          ScheduleResult result = runner.run(FaultSchedule.draw(SEED, i));
          System.out.println(result);
          results.add(result);
        } catch (FailedScheduleException e) {
          failures.add(e.getMessage());
        }
      }
    }
    assertThat(failures).isEmpty();
    Tally tally = Tally.of(results);
    tally.lines().forEach(System.out::println);
    if (SCHEDULES < ALL) {
      return;
    }
    assertThat(tally.faults().keySet()).containsExactly(FaultKind.values());
    Set<Phase> phases = EnumSet.noneOf(Phase.class);
    tally.faults().values().forEach(counts -> phases.addAll(counts.keySet()));
    assertThat(phases).containsExactly(Phase.values());
  }
}
