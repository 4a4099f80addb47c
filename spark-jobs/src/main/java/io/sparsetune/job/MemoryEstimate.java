package io.sparsetune.job;

import io.sparsetune.config.RunConfig;
import io.sparsetune.error.ConfigException;
import io.sparsetune.model.EncoderConfig;
import io.sparsetune.model.ModelSpec;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/**
 * What an executor needs in memory, in bytes: an estimate, to be told before hours are spent.
 *
 * @param model θ
 * @param scores of a score round, for all tasks at once
 * @param activations of all threads
 * @param values trained values, moments of gradients and their sums
 * @param spark what Spark and the JVM's own need beside
 * @param heap what an executor has; 0 where it is not known
 * @param local whether the driver is the executor
 */
record MemoryEstimate(
    long model,
    long scores,
    long activations,
    long values,
    long spark,
    long heap,
    boolean local,
    int tasks) {
  private static final long SPARK = 300L << 20;
  private static final Pattern LOCAL_CLUSTER =
      Pattern.compile("local-cluster\\[\\s*\\d+\\s*,\\s*(\\d+)\\s*,\\s*\\d+\\s*]");

  static MemoryEstimate of(
      SparkSession session, RunConfig config, ModelSpec spec, TrainedSizes sizes) {
    SparkConf conf = session.sparkContext().getConf();
    String master = conf.get("spark.master", "");
    boolean local = session.sparkContext().isLocal();
    int cpus = Math.max(1, conf.getInt("spark.task.cpus", 1));
    Matcher cluster = LOCAL_CLUSTER.matcher(master);
    int cores =
        local
            ? session.sparkContext().defaultParallelism()
            : cluster.matches()
                ? Integer.parseInt(cluster.group(1))
                : conf.getInt("spark.executor.cores", 1);
    int shards = config.training().batchSize() / config.training().microBatchSize();
    int tasks = Math.max(1, Math.min(cores / cpus, shards));
    long heap =
        local
            ? Runtime.getRuntime().maxMemory()
            : conf.getSizeAsBytes("spark.executor.memory", "1g");
    return new MemoryEstimate(
        4L * spec.layout().size(),
        // The sums, and what of them is on its way through the shuffle.
        tasks * 12 * sizes.scored(),
        (long) tasks * cpus * activations(config, spec),
        sizes.trained() * (12L + 8L * tasks * cpus),
        SPARK,
        heap,
        local,
        tasks);
  }

  /** One thread's: outputs of every layer and their gradients, for the longest micro-batch. */
  private static long activations(RunConfig config, ModelSpec spec) {
    EncoderConfig encoder = spec.encoder();
    long length = config.data().maxSeqLength();
    long tokens =
        length * Math.max(config.training().microBatchSize(), config.training().evalBatchSize());
    long perToken =
        14L * encoder.hiddenSize() + 4L * encoder.intermediateSize() + 2 * encoder.heads() * length;
    return 4L * tokens * perToken * (encoder.layers() + 1);
  }

  long needed() {
    return model + scores + activations + values + spark;
  }

  /**
   * @throws ConfigException where an executor's memory cannot be enough
   */
  void check() {
    if (needed() > heap) {
      throw new ConfigException(
          ("Cannot train with %s of memory %s: about %s are needed (%s)."
                  + " Give it more with %s %dg; or set a smaller training.micro_batch_size,"
                  + " training.eval_batch_size or data.max_seq_length%s.")
              .formatted(
                  RunSummary.megabytes(heap),
                  local ? "in this process" : "an executor",
                  RunSummary.megabytes(needed()),
                  inWords(),
                  local ? "--driver-memory" : "--executor-memory",
                  gigabytes(),
                  tasks > 1 ? ", or let fewer tasks run at once in one executor" : ""));
    }
  }

  String inWords() {
    return "model %s, scores %s, activations %s, trained values and sums %s, Spark %s"
        .formatted(
            RunSummary.megabytes(model),
            RunSummary.megabytes(scores),
            RunSummary.megabytes(activations),
            RunSummary.megabytes(values),
            RunSummary.megabytes(spark));
  }

  /** A heap that is enough. */
  long gigabytes() {
    return (needed() + needed() / 10 + (1L << 30) - 1) >> 30;
  }

  /** For {@code spark.executor.memoryOverhead}: the tokenizer's native memory and the JVM's. */
  long overheadMegabytes() {
    return Math.max(512, gigabytes() * 1024 / 10);
  }
}
