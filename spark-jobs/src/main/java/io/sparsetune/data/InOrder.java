package io.sparsetune.data;

import org.apache.spark.Partitioner;

/** Equal runs of numbered rows: partition after partition they come in order. */
final class InOrder extends Partitioner {
  private static final long serialVersionUID = 1;

  private final long rows;
  private final int partitions;

  InOrder(long rows, int partitions) {
    this.rows = rows;
    this.partitions = partitions;
  }

  @Override
  public int numPartitions() {
    return partitions;
  }

  @Override
  public int getPartition(Object number) {
    return (int) Math.min(partitions - 1L, (Long) number * partitions / rows);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof InOrder that && that.rows == rows && that.partitions == partitions;
  }

  @Override
  public int hashCode() {
    return 31 * Long.hashCode(rows) + partitions;
  }
}
