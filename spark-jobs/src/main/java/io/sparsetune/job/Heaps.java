package io.sparsetune.job;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/**
 * The memory that a cluster's processes have, in bytes.
 *
 * @param executor heap of an executor
 * @param driver heap of the driver
 * @param cores of an executor
 * @param cpus of a task, and so its threads
 * @param local whether the driver is the executor
 */
record Heaps(long executor, long driver, int cores, int cpus, boolean local) {
  private static final Pattern LOCAL_CLUSTER =
      Pattern.compile("local-cluster\\[\\s*\\d+\\s*,\\s*(\\d+)\\s*,\\s*\\d+\\s*]");

  static Heaps of(SparkSession session) {
    return of(
        session.sparkContext().getConf(),
        session.sparkContext().isLocal(),
        session.sparkContext().defaultParallelism(),
        Runtime.getRuntime().maxMemory());
  }

  static Heaps of(SparkConf conf, boolean local, int parallelism, long own) {
    Matcher cluster = LOCAL_CLUSTER.matcher(conf.get("spark.master", ""));
    int perExecutor =
        cluster.matches()
            ? Integer.parseInt(cluster.group(1))
            : conf.getInt("spark.executor.cores", 1);
    return new Heaps(
        local ? own : conf.getSizeAsBytes("spark.executor.memory", "1g"),
        own,
        local ? parallelism : perExecutor,
        Math.max(1, conf.getInt("spark.task.cpus", 1)),
        local);
  }
}
