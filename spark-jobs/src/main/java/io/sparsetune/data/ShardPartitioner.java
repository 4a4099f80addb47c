package io.sparsetune.data;

import org.apache.spark.Partitioner;

/** Deals shards, whose keys are their indices, to partitions in turn. */
final class ShardPartitioner extends Partitioner {
  private static final long serialVersionUID = 1;

  private final int partitions;

  ShardPartitioner(int partitions) {
    this.partitions = partitions;
  }

  @Override
  public int numPartitions() {
    return partitions;
  }

  @Override
  public int getPartition(Object key) {
    return (Integer) key % partitions;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ShardPartitioner same && same.partitions == partitions;
  }

  @Override
  public int hashCode() {
    return partitions;
  }
}
