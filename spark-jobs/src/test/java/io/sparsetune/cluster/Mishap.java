package io.sparsetune.cluster;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One thing that goes wrong in an application, once, however often the application is started.
 *
 * @param at how the description of the jobs begins that are counted; or a file's name, which counts
 *     once it is in the run's folder: for the driver's mishaps alone
 * @param number which of these, counted from 1: of a JVM's tasks, or of the driver's jobs
 * @param after how much later; for a task's failure, its end; for a delay and a full disk, how long
 */
public record Mishap(Kind kind, String at, int number, Duration after) {
  private static final String BETWEEN = ";";
  private static final String WITHIN = "\\|";

  /** What happens. */
  public enum Kind {
    /** A task fails when it has computed its part and has not yet told anyone. */
    FAIL("failed"),
    /** A task takes longer. */
    DELAY("delayed"),
    /** A task waits until the file {@link Mishaps#GO} is among the markers. */
    WAIT("waiting"),
    /** SIGKILL to the executor: at the end of the task's work, or some time after its beginning. */
    KILL("killed"),
    /** SIGKILL to the driver. */
    HALT("halted"),
    /** The run's disk is full for a while, where it is one that can be. */
    FILL("filled"),
    /** Nothing but the marker: whoever looks for it does the rest. */
    TELL("told");

    private final String marker;

    Kind(String marker) {
      this.marker = marker;
    }

    /** The name of the file that says that the first of this kind has happened. */
    public String marker() {
      return marker;
    }

    boolean isOfTasks() {
      return this == FAIL || this == DELAY || this == WAIT || this == KILL;
    }
  }

  public Mishap {
    if (number < 1 || after.isNegative() || at.contains(";") || at.contains("|")) {
      throw new IllegalArgumentException("Not a mishap: " + kind + " " + at + " " + number);
    }
  }

  /** The name of the file that says that it has happened: of the first of a kind, the next. */
  private String marker(int ofItsKind) {
    return ofItsKind == 1 ? kind.marker : kind.marker + "-" + ofItsKind;
  }

  /** Names of the markers of a list, in its order. */
  public static List<String> markers(List<Mishap> mishaps) {
    int[] seen = new int[Kind.values().length];
    return mishaps.stream().map(mishap -> mishap.marker(++seen[mishap.kind.ordinal()])).toList();
  }

  /** As a setting's value, which {@link #parse} reads. */
  static String text(List<Mishap> mishaps) {
    return mishaps.stream()
        .map(m -> m.kind + "|" + m.at + "|" + m.number + "|" + m.after.toMillis())
        .collect(Collectors.joining(BETWEEN));
  }

  static List<Mishap> parse(String text) {
    return Arrays.stream(text.split(BETWEEN))
        .filter(one -> !one.isEmpty())
        .map(one -> one.split(WITHIN))
        .map(
            parts ->
                new Mishap(
                    Kind.valueOf(parts[0]),
                    parts[1],
                    Integer.parseInt(parts[2]),
                    Duration.ofMillis(Long.parseLong(parts[3]))))
        .toList();
  }
}
