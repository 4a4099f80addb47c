package io.sparsetune.batch;

import io.sparsetune.random.Randomness;
import io.sparsetune.random.Randomness.Purpose;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which examples of which shard are pushed through the model at which step: a function of the
 * number of examples, the batch sizes and the seed. In an epoch a shard is permuted, sorted by
 * length within windows of micro-batches and cut in micro-batches; these come in the same random
 * order in every shard, so that those of one step are of like length. Every example comes exactly
 * once an epoch. Thread-safe.
 */
public final class EpochPlan implements Serializable {
  private static final long serialVersionUID = 1;

  private final long examples;
  private final int shards;
  private final int microBatchSize;
  private final int lengthWindow;
  private final long seed;

  private transient Map<Integer, Order> orders = new ConcurrentHashMap<>();
  private transient volatile BatchOrder batchOrder;

  /** One epoch's order of a shard's examples. */
  private record Order(int epoch, int[] numbers) {}

  /**
   * One epoch's order of the micro-batches.
   *
   * @param last place of the one with the highest number, the only one that may be short
   */
  private record BatchOrder(int epoch, int[] numbers, int last) {}

  /**
   * @param examples N, at least 1 and fewer than V·2³¹
   * @param shards V, micro-batches in a global batch
   * @param microBatchSize m, in examples
   * @param lengthWindow micro-batches within which examples are sorted by length
   */
  public EpochPlan(long examples, int shards, int microBatchSize, int lengthWindow, long seed) {
    if (examples <= 0
        || shards <= 0
        || microBatchSize <= 0
        || lengthWindow <= 0
        || examples / shards >= Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "Invalid plan: %d examples, %d shards, micro-batches of %d, a window of %d"
              .formatted(examples, shards, microBatchSize, lengthWindow));
    }
    this.examples = examples;
    this.shards = shards;
    this.microBatchSize = microBatchSize;
    this.lengthWindow = lengthWindow;
    this.seed = seed;
  }

  public long examples() {
    return examples;
  }

  /** V. */
  public int shards() {
    return shards;
  }

  public int microBatchSize() {
    return microBatchSize;
  }

  /** The run's seed. */
  public long seed() {
    return seed;
  }

  /** ⌈⌈N/V⌉/m⌉. */
  public int stepsPerEpoch() {
    return Math.toIntExact(ceil(ceil(examples, shards), microBatchSize));
  }

  /** Examples of a shard: those of the ranks equal to its index modulo V. */
  public int shardSize(int shard) {
    return Math.toIntExact(examples / shards + (shard < examples % shards ? 1 : 0));
  }

  /** The epoch of a global step, both from 0. */
  public int epoch(long step) {
    return Math.toIntExact(step / stepsPerEpoch());
  }

  private int stepInEpoch(long step) {
    return (int) (step % stepsPerEpoch());
  }

  /**
   * Examples that a shard gives to a global step: m, or fewer where its examples end; it may be
   * none.
   */
  public int microBatchSize(int shard, long step) {
    return microBatchSize(shard, epoch(step), stepInEpoch(step));
  }

  int microBatchSize(int shard, int epoch, int stepInEpoch) {
    return part(batchOrder(epoch).numbers()[stepInEpoch], shardSize(shard));
  }

  /** Examples of micro-batch {@code number} of a shard of that size. */
  private int part(int number, int shardSize) {
    long from = (long) number * microBatchSize;
    return (int) Math.max(0, Math.min(microBatchSize, shardSize - from));
  }

  /** Examples of all shards in the steps before that one, counted on through the epochs. */
  public long examplesBefore(int step) {
    return examplesBefore(step, 0);
  }

  /** Examples in the steps before that one, and in that one of the shards before that one. */
  public long examplesBefore(int step, int shard) {
    int stepsPerEpoch = stepsPerEpoch();
    BatchOrder order = batchOrder(step / stepsPerEpoch);
    int stepInEpoch = step % stepsPerEpoch;
    long before = order.epoch() * examples + (long) stepInEpoch * shards * microBatchSize;
    if (order.last() < stepInEpoch) {
      before -= (long) stepsPerEpoch * shards * microBatchSize - examples;
    }
    return before + inShards(order.numbers()[stepInEpoch], shard);
  }

  /** Examples of micro-batch {@code number} in the first so many shards: larger ones come first. */
  private long inShards(int number, int count) {
    long larger = Math.min(count, examples % shards);
    int size = shardSize(shards - 1);
    return larger * part(number, size + 1) + (count - larger) * part(number, size);
  }

  /**
   * Numbers, in the shard, of the examples that it gives to a global step.
   *
   * @throws IllegalArgumentException for a shard that is not of this plan
   */
  public int[] microBatch(Shard shard, long step) {
    return microBatch(shard, epoch(step), stepInEpoch(step));
  }

  int[] microBatch(Shard shard, int epoch, int stepInEpoch) {
    if (shard.index() >= shards || shard.size() != shardSize(shard.index())) {
      throw new IllegalArgumentException(
          "Invalid shard: number %d of %d examples is not of a plan of %d examples in %d shards"
              .formatted(shard.index(), shard.size(), examples, shards));
    }
    int from = batchOrder(epoch).numbers()[stepInEpoch] * microBatchSize;
    int size = microBatchSize(shard.index(), epoch, stepInEpoch);
    return size == 0
        ? new int[0]
        : Arrays.copyOfRange(exampleOrder(shard, epoch), from, from + size);
  }

  private int[] exampleOrder(Shard shard, int epoch) {
    return orders
        .compute(
            shard.index(),
            (index, known) ->
                known != null && known.epoch() == epoch
                    ? known
                    : new Order(epoch, sortedInWindows(shard, epoch)))
        .numbers();
  }

  private int[] sortedInWindows(Shard shard, int epoch) {
    long key = Randomness.key(seed, Purpose.SHARD_ORDER, epoch, shard.index());
    int[] order = Randomness.permutation(key, shard.size());
    long window = (long) lengthWindow * microBatchSize;
    // Sorted as (length, place in the permutation), packed in a long.
    long[] packed = new long[order.length];
    for (int i = 0; i < order.length; i++) {
      packed[i] = (long) shard.length(order[i]) << 32 | i;
    }
    for (long from = 0; from < order.length; from += window) {
      Arrays.sort(packed, (int) from, (int) Math.min(order.length, from + window));
    }
    int[] sorted = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      sorted[i] = order[(int) packed[i]];
    }
    return sorted;
  }

  private BatchOrder batchOrder(int epoch) {
    BatchOrder order = batchOrder;
    if (order == null || order.epoch() != epoch) {
      int[] numbers =
          Randomness.permutation(Randomness.key(seed, Purpose.EPOCH_ORDER, epoch), stepsPerEpoch());
      int last = 0;
      while (numbers[last] != numbers.length - 1) {
        last++;
      }
      order = new BatchOrder(epoch, numbers, last);
      batchOrder = order;
    }
    return order;
  }

  private static long ceil(long a, long b) {
    return (a + b - 1) / b;
  }

  private Object readResolve() {
    return new EpochPlan(examples, shards, microBatchSize, lengthWindow, seed);
  }
}
