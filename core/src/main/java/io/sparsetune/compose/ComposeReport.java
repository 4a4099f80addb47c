package io.sparsetune.compose;

import java.util.List;

/**
 * How deltas agree before they are composed; heads are not counted.
 *
 * @param union positions that any of them trains
 * @param shared positions that at least two train
 * @param conflicting of those, positions to which one adds something positive and another something
 *     negative
 * @param pairs each two of them, in the order of their run ids
 */
public record ComposeReport(long union, long shared, long conflicting, List<Pair> pairs) {

  /**
   * @param first run id of the one
   * @param second run id of the other
   * @param both positions that both train
   * @param conflicting of those, positions that they move apart
   * @param jaccard |∩|/|∪|
   */
  public record Pair(String first, String second, long both, long conflicting, double jaccard) {}

  public ComposeReport {
    pairs = List.copyOf(pairs);
  }
}
