package io.sparsetune.cluster;

import io.sparsetune.error.ConfigException;
import io.sparsetune.error.Printable;
import io.sparsetune.error.UnavailableException;
import io.sparsetune.error.UserException;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the session that jobs run in, with defaults that suit many small jobs. */
public final class SparkSessions {
  private static final Logger LOG = LoggerFactory.getLogger(SparkSessions.class);
  private static final String NAME = "spark.app.name";
  private static final String MAIN_CLASS = "io.sparsetune.cli.Main";
  private static final String SERIALIZER = "spark.serializer";
  private static final String JAVA_SERIALIZER = "org.apache.spark.serializer.JavaSerializer";

  /** In what Spark says of a context that its scheduler has stopped. */
  private static final Pattern STOPPED = Pattern.compile("stopped SparkContext|\\bis stopped");

  /** Names of settings whose values Spark shows nowhere. */
  public static final String REDACTED =
      "(?i)secret|password|passwd|token|credential|access[.]?key|account[.]key|fs[.][^=]*[.]key|[.]sas([.]|$)";

  private SparkSessions() {}

  /** Whether a cluster has started this process as a driver: Spark's deploy mode cluster. */
  public static boolean isDriverInCluster() {
    return "cluster".equals(System.getProperty("spark.submit.deployMode"));
  }

  /**
   * Opens a session; what spark-submit or the user has set is kept, but for the serializer, which
   * is Java's: Kryo cannot write records. The caller stops the session, whatever becomes of the
   * work.
   *
   * @param name of the application, where spark-submit's caller has given none
   * @throws ConfigException where Spark does not start with these settings here, or runs already
   *     with another serializer
   * @throws UnavailableException where nobody answers at the master
   */
  public static SparkSession open(String name) {
    RuntimeVersions versions = RuntimeVersions.here();
    versions.check();
    versions.warn();
    SparkConf conf = new SparkConf();
    conf.setIfMissing("spark.master", "local[*]");
    // spark-submit names an application after its main class, where nobody has given a name.
    if (conf.get(NAME, MAIN_CLASS).equals(MAIN_CLASS)) {
      conf.set(NAME, Printable.line(name));
    }
    // A step's tasks are short and all the same: waiting for a place costs more than it gains.
    conf.setIfMissing("spark.locality.wait", "0s");
    // A run has thousands of jobs; the driver's memory must not grow with them.
    conf.setIfMissing("spark.ui.retainedJobs", "100");
    conf.setIfMissing("spark.ui.retainedStages", "100");
    conf.setIfMissing("spark.ui.retainedTasks", "1000");
    conf.setIfMissing("spark.ui.dagGraph.retainedRootRDDs", "100");
    conf.setIfMissing("spark.sql.ui.retainedExecutions", "10");
    // Sums of several 100,000 values come with the message that a task has ended.
    conf.setIfMissing("spark.task.maxDirectResultSize", "4m");
    // A step's values hardly get smaller. Each broadcast clears a whole block, also a task's few
    // KB.
    conf.setIfMissing("spark.broadcast.compress", "false");
    conf.setIfMissing("spark.broadcast.blockSize", "2m");
    // What the driver has to hold is checked before a run.
    conf.setIfMissing("spark.driver.maxResultSize", "0");
    conf.setIfMissing("spark.ui.showConsoleProgress", "false");
    // Spark's own pattern misses the keys of some object stores.
    conf.setIfMissing("spark.redaction.regex", REDACTED);
    // A driver that fails early, or is killed, has not told YARN's application master how it ended.
    conf.setIfMissing("spark.yarn.am.clientModeTreatDisconnectAsFailed", "true");
    String master = conf.get("spark.master");
    if (master.startsWith("local")) {
      // Nobody else has to reach this machine.
      conf.setIfMissing("spark.driver.host", "localhost");
      conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
      conf.setIfMissing("spark.ui.enabled", "false");
    }
    if (master.startsWith("local") && !master.startsWith("local-cluster")) {
      // A task's error is its job's; Spark would end the process, and nobody learns why.
      conf.setIfMissing("spark.executor.killOnFatalError.depth", "0");
    }
    String asked = conf.get(SERIALIZER, JAVA_SERIALIZER);
    if (!asked.equals(JAVA_SERIALIZER)) {
      LOG.info(
          "{} = {} is not used: what tasks send are Java records, which Kryo cannot write",
          SERIALIZER,
          asked);
      conf.set(SERIALIZER, JAVA_SERIALIZER);
    }
    quietenExecutors(conf);
    SparkSession session = start(conf);
    // Spark chooses its default when it starts.
    DefaultLog.quieten(conf);
    String used = session.sparkContext().getConf().get(SERIALIZER, JAVA_SERIALIZER);
    if (!used.equals(JAVA_SERIALIZER)) {
      throw new ConfigException(
          "Invalid %s: Spark runs already, with %s; what tasks send are Java records, which Kryo cannot write. Start it with %s."
              .formatted(SERIALIZER, used, JAVA_SERIALIZER));
    }
    LOG.info(
        "Spark {} on {}, application {}",
        session.version(),
        session.sparkContext().master(),
        session.sparkContext().applicationId());
    return session;
  }

  /** In addition to the user's own plugins. */
  static void quietenExecutors(SparkConf conf) {
    String asked = conf.get(ExecutorLog.PLUGINS, "").strip();
    String ours = ExecutorLog.class.getName();
    conf.set(ExecutorLog.PLUGINS, asked.isEmpty() ? ours : asked + "," + ours);
  }

  private static SparkSession start(SparkConf conf) {
    SparkSession session = null;
    try {
      session = SparkSession.builder().config(conf).getOrCreate();
      // Settings of SQL are not looked at before.
      session.conf();
      return session;
    } catch (Exception e) {
      if (session != null) {
        session.stop();
      }
      throw notStarted(conf.get("spark.master"), e);
    }
  }

  /** What to say of a Spark that does not start. */
  static UserException notStarted(String master, Exception e) {
    if (STOPPED.matcher(String.valueOf(e.getMessage())).find()) {
      // Another thread has stopped it meanwhile, and keeps to itself why.
      return new UnavailableException(
          "Cannot start Spark on %s: no master answers there, or it has turned the application away. See --master."
              .formatted(master),
          e);
    }
    String why = SparkFailures.inShort(e);
    return Surroundings.areToBlame(e)
        ? new UnavailableException(
            "Cannot start Spark on %s: it does not answer: %s. See --master."
                .formatted(master, why),
            e)
        : new ConfigException(
            "Cannot start Spark on %s: %s. See --master and Spark's settings."
                .formatted(master, why),
            e);
  }
}
