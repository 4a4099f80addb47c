package io.sparsetune.compose;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Collects a {@link ComposeReport}, position by position. */
final class ReportCounts {
  private final int deltas;
  private final double[] sign;
  private final boolean[] here;
  private final long[] sizes;
  private final long[][] both;
  private final long[][] conflicting;
  private long union;
  private long shared;
  private long apart;

  ReportCounts(int deltas) {
    this.deltas = deltas;
    this.sign = new double[deltas];
    this.here = new boolean[deltas];
    this.sizes = new long[deltas];
    this.both = new long[deltas][deltas];
    this.conflicting = new long[deltas][deltas];
  }

  /** A delta trains the position at hand, and adds so much to it. */
  void see(int delta, double added) {
    here[delta] = true;
    sign[delta] = Math.signum(added);
  }

  void endPosition() {
    union++;
    boolean two = false;
    boolean conflict = false;
    for (int a = 0; a < deltas; a++) {
      sizes[a] += here[a] ? 1 : 0;
      for (int b = 0; here[a] && b < a; b++) {
        if (here[b]) {
          boolean opposed = sign[a] * sign[b] < 0;
          both[b][a]++;
          conflicting[b][a] += opposed ? 1 : 0;
          two = true;
          conflict |= opposed;
        }
      }
    }
    shared += two ? 1 : 0;
    apart += conflict ? 1 : 0;
    Arrays.fill(here, false);
  }

  ComposeReport report(List<Increments> parts) {
    List<ComposeReport.Pair> pairs = new ArrayList<>();
    for (int a = 0; a < deltas; a++) {
      for (int b = a + 1; b < deltas; b++) {
        long all = sizes[a] + sizes[b] - both[a][b];
        pairs.add(
            new ComposeReport.Pair(
                parts.get(a).delta().info().runId(),
                parts.get(b).delta().info().runId(),
                both[a][b],
                conflicting[a][b],
                all == 0 ? 1 : (double) both[a][b] / all));
      }
    }
    return new ComposeReport(union, shared, apart, pairs);
  }
}
