package io.sparsetune.faults;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A schedule that ended as it has to.
 *
 * @param happened the faults whose moment came
 * @param commands how often the command was given until it ended well
 * @param stepsTwice most steps that were computed again after a death
 * @param delta SHA-256 of the delta, hex
 */
record ScheduleResult(
    FaultSchedule schedule,
    List<Fault> happened,
    int commands,
    int stepsTwice,
    String delta,
    Duration time) {

  ScheduleResult {
    happened = List.copyOf(happened);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s%n  %d of %d faults happened (%s), %d commands, %d steps computed twice, delta %s, %.1f s",
        schedule,
        happened.size(),
        schedule.faults().size(),
        happened.stream()
            .map(fault -> fault.kind() + " in a " + fault.phase())
            .collect(Collectors.joining(", ")),
        commands,
        stepsTwice,
        delta.substring(0, 12),
        time.toMillis() / 1e3);
  }
}
