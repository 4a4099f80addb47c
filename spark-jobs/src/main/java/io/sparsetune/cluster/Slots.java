package io.sparsetune.cluster;

import java.util.Optional;
import java.util.OptionalInt;
import org.apache.spark.sql.SparkSession;

/**
 * How many tasks the cluster can run at once when all its executors are there.
 *
 * @param known empty where nobody knows: then there are as many tasks as have work
 * @param registered slots that are there now
 * @param oneProcess whether all are in the driver's process
 */
public record Slots(OptionalInt known, int registered, boolean oneProcess) {
  /** Tasks that a cluster of unknown size gets at most, each with so many rows at least. */
  private static final int MOST_TASKS = 1024;

  private static final int ROWS_OF_A_TASK = 256;

  public static Slots of(SparkSession session) {
    ClusterShape shape = ClusterShape.of(session);
    int registered = session.sparkContext().defaultParallelism() / shape.cpus();
    return new Slots(shape.slots(), Math.max(1, registered), shape.oneProcess());
  }

  /**
   * Tasks for the shards of the training data. In one process it is one, whose threads share the
   * shards and the sums: nothing has to be sent and added.
   */
  public int forShards(int shards) {
    return oneProcess ? 1 : Math.min(shards, known.orElse(shards));
  }

  /** Tasks for rows of which any task can take any. */
  public int forRows(long rows) {
    long enough = Math.min(MOST_TASKS, rows / ROWS_OF_A_TASK + 1);
    long tasks = known.isPresent() ? known.getAsInt() : Math.max(registered, enough);
    return (int) Math.max(1, Math.min(rows, tasks));
  }

  /** What to say where a batch has fewer micro-batches than there are slots. */
  public Optional<String> advice(int batchSize, int microBatchSize) {
    int shards = batchSize / microBatchSize;
    int slots = known.orElse(0);
    if (slots <= shards) {
      return Optional.empty();
    }
    String all = oneProcess ? "%d cores" : "cluster's %d slots";
    String idle =
        "A batch has %d micro-batches, so only %d of the %s have work in a step;"
            .formatted(shards, shards, all.formatted(slots));
    String larger = " training.batch_size %d would use them all".formatted(slots * microBatchSize);
    for (int smaller = microBatchSize - 1; smaller > 0; smaller--) {
      if (batchSize % smaller == 0 && batchSize / smaller >= slots) {
        String either = ", or training.micro_batch_size %d (either changes the result)";
        return Optional.of(idle + larger + either.formatted(smaller));
      }
    }
    return Optional.of(idle + larger + " (which changes the result)");
  }
}
