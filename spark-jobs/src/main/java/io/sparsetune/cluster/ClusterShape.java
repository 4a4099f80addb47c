package io.sparsetune.cluster;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/**
 * How Spark's tasks are spread over processes and machines when all executors are there. They
 * register one after the other, so what is asked for counts, not what is there.
 *
 * @param oneProcess whether the driver is the executor
 * @param oneMachine whether every process sees the driver's disk
 * @param coresPerExecutor empty where an executor takes what its machine has
 * @param cores of all executors; empty where nobody knows how many there will be
 * @param cpus that Spark counts for a task
 */
public record ClusterShape(
    boolean oneProcess,
    boolean oneMachine,
    OptionalInt coresPerExecutor,
    OptionalInt cores,
    int cpus) {
  private static final Pattern LOCAL_CLUSTER =
      Pattern.compile("local-cluster\\[\\s*(\\d+)\\s*,\\s*(\\d+)\\s*,\\s*\\d+\\s*]");

  /** With the number of threads, or {@code *}; and after it how often a task may fail. */
  private static final Pattern LOCAL =
      Pattern.compile("local(?:\\[\\s*(\\d+|\\*)\\s*(?:,\\s*\\d+\\s*)?])?");

  /** Of YARN's and Kubernetes' executors, where their number is not set. */
  private static final int EXECUTORS = 2;

  public static ClusterShape of(SparkSession session) {
    return of(session.sparkContext().getConf(), session.sparkContext().defaultParallelism());
  }

  /**
   * @param registered cores of the executors that are there now
   */
  public static ClusterShape of(SparkConf conf, int registered) {
    String master = conf.get("spark.master", "");
    int cpus = Math.max(1, conf.getInt("spark.task.cpus", 1));
    Matcher localCluster = LOCAL_CLUSTER.matcher(master);
    if (localCluster.matches()) {
      int each = Integer.parseInt(localCluster.group(2));
      int all = Integer.parseInt(localCluster.group(1)) * each;
      return new ClusterShape(false, true, OptionalInt.of(each), OptionalInt.of(all), cpus);
    }
    Matcher local = LOCAL.matcher(master);
    if (local.matches()) {
      OptionalInt threads = OptionalInt.of(threadsOf(local.group(1)));
      return new ClusterShape(true, true, threads, threads, cpus);
    }
    boolean standalone = master.startsWith("spark:");
    OptionalInt each = OptionalInt.empty();
    if (!standalone || conf.contains("spark.executor.cores")) {
      each = OptionalInt.of(conf.getInt("spark.executor.cores", 1));
    }
    return new ClusterShape(false, false, each, cores(conf, standalone, each, registered), cpus);
  }

  private static int threadsOf(String local) {
    if (local == null) {
      return 1;
    }
    return local.equals("*") ? Runtime.getRuntime().availableProcessors() : Integer.parseInt(local);
  }

  private static OptionalInt cores(
      SparkConf conf, boolean standalone, OptionalInt coresPerExecutor, int registered) {
    if (standalone && conf.contains("spark.cores.max")) {
      return OptionalInt.of(conf.getInt("spark.cores.max", 0));
    }
    if (conf.getBoolean("spark.dynamicAllocation.enabled", false)) {
      int most = conf.getInt("spark.dynamicAllocation.maxExecutors", Integer.MAX_VALUE);
      return most == Integer.MAX_VALUE || coresPerExecutor.isEmpty()
          ? OptionalInt.empty()
          : OptionalInt.of(most * coresPerExecutor.getAsInt());
    }
    if (standalone || coresPerExecutor.isEmpty()) {
      return OptionalInt.empty();
    }
    int asked = conf.getInt("spark.executor.instances", EXECUTORS) * coresPerExecutor.getAsInt();
    return OptionalInt.of(Math.max(registered, asked));
  }

  /** How many tasks can run at once; empty where nobody knows. */
  public OptionalInt slots() {
    return cores.isPresent()
        ? OptionalInt.of(Math.max(1, cores.getAsInt() / cpus))
        : OptionalInt.empty();
  }

  /**
   * Threads of each of so many tasks: its CPUs, and where the driver is the executor its share of
   * the cores that no task would have.
   */
  public int threadsOfEach(int tasks) {
    return oneProcess ? Math.max(cpus, cores.orElseThrow() / tasks) : cpus;
  }

  /** What makes estimates of an executor's memory a guess. */
  public Optional<String> warning() {
    return coresPerExecutor.isPresent()
        ? Optional.empty()
        : Optional.of(
            "spark.executor.cores is not set, so an executor takes all cores of its worker, and how"
                + " much memory its tasks need is a guess; set --executor-cores");
  }
}
