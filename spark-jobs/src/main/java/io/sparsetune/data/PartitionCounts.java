package io.sparsetune.data;

import java.util.TreeMap;
import org.apache.spark.util.AccumulatorV2;

/**
 * Counts what tasks find, partition by partition: a partition that is computed again, by a task
 * that is retried or runs twice, counts once.
 */
public final class PartitionCounts extends AccumulatorV2<Integer, Long> {
  private static final long serialVersionUID = 1;

  private final TreeMap<Integer, Long> found = new TreeMap<>();

  @Override
  public boolean isZero() {
    return found.isEmpty();
  }

  @Override
  public PartitionCounts copy() {
    PartitionCounts copy = new PartitionCounts();
    copy.found.putAll(found);
    return copy;
  }

  @Override
  public void reset() {
    found.clear();
  }

  /**
   * Counts one more in a task's own copy.
   *
   * @param partition that the task computes
   */
  @Override
  public void add(Integer partition) {
    found.merge(partition, 1L, Long::sum);
  }

  @Override
  public void merge(AccumulatorV2<Integer, Long> other) {
    ((PartitionCounts) other)
        .found.forEach((partition, count) -> found.merge(partition, count, Math::max));
  }

  @Override
  public Long value() {
    return found.values().stream().mapToLong(Long::longValue).sum();
  }
}
