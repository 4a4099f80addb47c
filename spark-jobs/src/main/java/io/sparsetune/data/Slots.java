package io.sparsetune.data;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** How many tasks the cluster can run at once when all its executors are there. */
final class Slots {
  private static final Pattern LOCAL_CLUSTER =
      Pattern.compile("local-cluster\\[\\s*(\\d+)\\s*,\\s*(\\d+)\\s*,\\s*\\d+\\s*]");

  private Slots() {}

  static int of(SparkSession session) {
    return of(session.sparkContext().getConf(), session.sparkContext().defaultParallelism());
  }

  /**
   * @param registered cores of the executors that are there now
   */
  static int of(SparkConf conf, int registered) {
    int cpus = Math.max(1, conf.getInt("spark.task.cpus", 1));
    return Math.max(1, cores(conf, registered) / cpus);
  }

  /** What to say where a batch has fewer micro-batches than there are slots. */
  static Optional<String> advice(int slots, int batchSize, int microBatchSize) {
    int shards = batchSize / microBatchSize;
    if (slots <= shards) {
      return Optional.empty();
    }
    String idle =
        "A batch has %d micro-batches, so only %d of the cluster's %d slots have work in a step;"
            .formatted(shards, shards, slots);
    String larger = " training.batch_size %d would use them all".formatted(slots * microBatchSize);
    for (int smaller = microBatchSize - 1; smaller > 0; smaller--) {
      if (batchSize % smaller == 0 && batchSize / smaller >= slots) {
        String either = ", or training.micro_batch_size %d (either changes the result)";
        return Optional.of(idle + larger + either.formatted(smaller));
      }
    }
    return Optional.of(idle + larger + " (which changes the result)");
  }

  private static int cores(SparkConf conf, int registered) {
    String master = conf.get("spark.master", "");
    Matcher localCluster = LOCAL_CLUSTER.matcher(master);
    if (localCluster.matches()) {
      return Integer.parseInt(localCluster.group(1)) * Integer.parseInt(localCluster.group(2));
    }
    if (master.startsWith("local")) {
      return registered;
    }
    // Executors register one after the other, so what is asked for counts, not what is there.
    int coresPerExecutor = conf.getInt("spark.executor.cores", 1);
    if (conf.getBoolean("spark.dynamicAllocation.enabled", false)) {
      int most = conf.getInt("spark.dynamicAllocation.maxExecutors", Integer.MAX_VALUE);
      return most == Integer.MAX_VALUE ? registered : most * coresPerExecutor;
    }
    int asked = conf.getInt("spark.executor.instances", 0) * coresPerExecutor;
    return Math.max(registered, Math.max(asked, conf.getInt("spark.cores.max", 0)));
  }
}
