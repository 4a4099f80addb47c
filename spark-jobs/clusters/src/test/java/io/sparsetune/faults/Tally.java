package io.sparsetune.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts the events of several schedules.
 *
 * @param faults how many of each kind happened in each phase
 * @param stepsTwice most steps that any schedule computed again after a death
 */
record Tally(Map<FaultKind, Map<Phase, Integer>> faults, int commands, int stepsTwice) {

  static Tally of(List<ScheduleResult> results) {
    Map<FaultKind, Map<Phase, Integer>> faults = new TreeMap<>();
    for (ScheduleResult result : results) {
      for (Fault fault : result.happened()) {
        faults
            .computeIfAbsent(fault.kind(), kind -> new TreeMap<>())
            .merge(fault.phase(), 1, Integer::sum);
      }
    }
    return new Tally(
        faults,
        results.stream().mapToInt(ScheduleResult::commands).sum(),
        results.stream().mapToInt(ScheduleResult::stepsTwice).max().orElse(0));
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    faults.forEach((kind, phases) -> lines.add("%s: %s".formatted(kind, phases)));
    lines.add("%d commands; at most %d steps computed twice".formatted(commands, stepsTwice));
    return lines;
  }
}
