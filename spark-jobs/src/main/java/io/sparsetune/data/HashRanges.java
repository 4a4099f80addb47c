package io.sparsetune.data;

import io.sparsetune.batch.RowHash;
import org.apache.spark.Partitioner;

/** Equal ranges of hashes, in rising order: hashes are uniform, so no sample is needed. */
final class HashRanges extends Partitioner {
  private static final long serialVersionUID = 1;

  private final int ranges;

  HashRanges(int ranges) {
    this.ranges = ranges;
  }

  @Override
  public int numPartitions() {
    return ranges;
  }

  @Override
  public int getPartition(Object key) {
    // The high half of an unsigned product: word0 / 2⁶⁴ · ranges.
    return (int) Math.multiplyHigh(((RowHash) key).word0() >>> 1, (long) ranges << 1);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HashRanges same && same.ranges == ranges;
  }

  @Override
  public int hashCode() {
    return ranges;
  }
}
