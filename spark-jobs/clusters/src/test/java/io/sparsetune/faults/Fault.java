package io.sparsetune.faults;

import io.sparsetune.cluster.Mishap;
import java.time.Duration;

/**
 * A fault, which happens once in a schedule if its moment comes.
 *
 * @param sign of the phase: how its jobs' descriptions begin, or a file's name
 * @param number of the job, or of a JVM's task of such jobs, from 1
 * @param millis until it happens; of a delay or a full disk, how long it lasts
 */
record Fault(FaultKind kind, Phase phase, String sign, int number, int millis) {

  Mishap mishap() {
    return new Mishap(kind.mishap(), sign, number, Duration.ofMillis(millis));
  }

  @Override
  public String toString() {
    String at = phase.hasTasks() ? "%s %d".formatted(sign, number) : sign;
    boolean lasts = kind == FaultKind.DELAY_TASK || kind == FaultKind.FILL_DISK;
    return "%s at %s %s %d ms".formatted(kind, at, lasts ? "for" : "after", millis);
  }
}
