package io.sparsetune.data;

import io.sparsetune.batch.EncodedExample;
import io.sparsetune.batch.RowHash;
import io.sparsetune.batch.Shard;
import io.sparsetune.cluster.SparkFailures;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;

/**
 * Rows in rank order over all partitions, whichever partitions they came from.
 *
 * @param rows sorted by hash within and across partitions
 * @param firstRanks the rank of each partition's first row
 * @param examples number of rows
 * @param truncated how many of their texts were cut
 * @param hash sum of their hashes
 */
record RankedRows(
    JavaRDD<EncodedRow> rows, long[] firstRanks, long examples, long truncated, RowHash hash) {
  private static final int BLOCK = 256;

  /** Brings rows in rank order, by a shuffle. */
  static JavaRDD<EncodedRow> sorted(JavaRDD<EncodedRow> rows, int partitions) {
    return rows.keyBy(row -> row.example().hash())
        .repartitionAndSortWithinPartitions(new HashRanges(partitions))
        .values();
  }

  /** Numbers sorted rows: one small job. */
  static RankedRows number(JavaRDD<EncodedRow> sorted) {
    List<Part> parts =
        SparkFailures.unwrapped(() -> sorted.mapPartitions(RankedRows::count).collect());
    long[] firstRanks = new long[parts.size()];
    long examples = 0;
    long truncated = 0;
    RowHash hash = RowHash.ZERO;
    for (int p = 0; p < firstRanks.length; p++) {
      firstRanks[p] = examples;
      examples += parts.get(p).rows;
      truncated += parts.get(p).truncated;
      hash = hash.plus(parts.get(p).hash);
    }
    return new RankedRows(sorted, firstRanks, examples, truncated, hash);
  }

  /** Those of the lowest ranks: what content chooses, whatever the files and partitions. */
  RankedRows first(long most) {
    if (examples <= most) {
      return this;
    }
    long[] first = firstRanks;
    return number(
        rows.mapPartitionsWithIndex((part, some) -> first(some, most - first[part]), true));
  }

  private static Iterator<EncodedRow> first(Iterator<EncodedRow> rows, long most) {
    return new Iterator<>() {
      private long left = most;

      @Override
      public boolean hasNext() {
        return left > 0 && rows.hasNext();
      }

      @Override
      public EncodedRow next() {
        left--;
        return rows.next();
      }
    };
  }

  /** The row of rank r goes to shard r mod V; a partition holds every so-manieth shard. */
  JavaRDD<Shard> deal(int shards, int partitions) {
    long[] first = firstRanks;
    return rows.mapPartitionsWithIndex((part, some) -> ranked(some, first[part]), false)
        .keyBy(row -> (int) (row.rank % shards))
        .partitionBy(new ShardPartitioner(partitions))
        .values()
        .mapPartitionsWithIndex(
            (part, some) -> pack(some, part, partitions, shards).iterator(), true);
  }

  /** Each partition's rows in blocks. */
  JavaRDD<RankedBlock> blocks() {
    long[] first = firstRanks;
    return rows.mapPartitionsWithIndex((part, some) -> blocks(some, first[part]), true);
  }

  private static Iterator<RankedBlock> blocks(Iterator<EncodedRow> rows, long firstRank) {
    List<RankedBlock> blocks = new ArrayList<>();
    long rank = firstRank;
    while (rows.hasNext()) {
      List<EncodedExample> examples = new ArrayList<>();
      while (rows.hasNext() && examples.size() < BLOCK) {
        examples.add(rows.next().example());
      }
      blocks.add(new RankedBlock(rank, Shard.pack(0, examples)));
      rank += examples.size();
    }
    return blocks.iterator();
  }

  private static Iterator<Part> count(Iterator<EncodedRow> rows) {
    long count = 0;
    long truncated = 0;
    RowHash hash = RowHash.ZERO;
    while (rows.hasNext()) {
      EncodedRow row = rows.next();
      count++;
      truncated += row.truncated() ? 1 : 0;
      hash = hash.plus(row.example().hash());
    }
    return List.of(new Part(count, truncated, hash)).iterator();
  }

  private static Iterator<Ranked> ranked(Iterator<EncodedRow> rows, long firstRank) {
    return new Iterator<>() {
      private long rank = firstRank;

      @Override
      public boolean hasNext() {
        return rows.hasNext();
      }

      @Override
      public Ranked next() {
        return new Ranked(rank++, rows.next().example());
      }
    };
  }

  private static List<Shard> pack(Iterator<Ranked> rows, int part, int partitions, int shards) {
    List<List<Ranked>> hands = new ArrayList<>();
    for (int s = part; s < shards; s += partitions) {
      hands.add(new ArrayList<>());
    }
    while (rows.hasNext()) {
      Ranked row = rows.next();
      hands.get((int) (row.rank % shards) / partitions).add(row);
    }
    List<Shard> packed = new ArrayList<>();
    for (int h = 0; h < hands.size(); h++) {
      List<Ranked> hand = hands.get(h);
      hand.sort(Comparator.comparingLong(Ranked::rank));
      packed.add(Shard.pack(part + h * partitions, hand.stream().map(Ranked::example).toList()));
    }
    return packed;
  }

  private record Part(long rows, long truncated, RowHash hash) implements Serializable {}

  private record Ranked(long rank, EncodedExample example) implements Serializable {}
}
