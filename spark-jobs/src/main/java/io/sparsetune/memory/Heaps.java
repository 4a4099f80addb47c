package io.sparsetune.memory;

import io.sparsetune.cluster.ClusterShape;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/**
 * The memory that a cluster's processes have, in bytes.
 *
 * @param executor heap of an executor
 * @param driver heap of the driver
 * @param cores of an executor
 * @param cluster how its tasks are spread
 */
public record Heaps(long executor, long driver, int cores, ClusterShape cluster) {

  public static Heaps of(SparkSession session) {
    // One of the infos is the driver's.
    int executors = session.sparkContext().statusTracker().getExecutorInfos().length - 1;
    return of(
        session.sparkContext().getConf(),
        session.sparkContext().defaultParallelism(),
        executors,
        Runtime.getRuntime().maxMemory());
  }

  /**
   * @param registered cores of the executors that are there now
   * @param executors that are there now
   * @param own heap of this process
   */
  public static Heaps of(SparkConf conf, int registered, int executors, long own) {
    ClusterShape shape = ClusterShape.of(conf, registered);
    int among = Math.max(1, executors);
    return new Heaps(
        shape.oneProcess() ? own : conf.getSizeAsBytes("spark.executor.memory", "1g"),
        own,
        shape.coresPerExecutor().orElse(Math.max(1, (registered + among - 1) / among)),
        shape);
  }

  /** Whether the driver is the executor. */
  boolean local() {
    return cluster.oneProcess();
  }

  /** Most tasks at once in an executor. */
  int slots() {
    return Math.max(1, cores / cluster.cpus());
  }

  /** Threads of each of so many tasks. */
  int threadsOfEach(int tasks) {
    return cluster.threadsOfEach(tasks);
  }
}
