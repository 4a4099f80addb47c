package io.sparsetune.testing;

import java.util.concurrent.TimeoutException;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.sql.SparkSession;

/** The one local session of all tests in this JVM: two threads, no user interface. */
public final class SharedSession {
  private static SparkSession session;

  private SharedSession() {}

  public static synchronized SparkSession get() {
    if (session == null) {
      session =
          SparkSession.builder()
              // A task may fail three times.
              .master("local[2,4]")
              .appName("tests")
              .config("spark.ui.enabled", "false")
              .config("spark.sql.shuffle.partitions", "2")
              .config("spark.locality.wait", "0s")
              // Files of more than 20 kB are split, as large ones are elsewhere.
              .config("spark.sql.files.maxPartitionBytes", "20000b")
              // As for every local master: a task's error is its job's.
              .config("spark.executor.killOnFatalError.depth", "0")
              // Where a test can read Spark's metrics.
              .config(
                  "spark.metrics.conf.*.sink.jmx.class", "org.apache.spark.metrics.sink.JmxSink")
              .config("spark.driver.host", "localhost")
              .config("spark.driver.bindAddress", "127.0.0.1")
              .getOrCreate();
      session.sparkContext().setLogLevel("OFF");
    }
    return session;
  }

  /** Does some work while a listener hears of its jobs; when this returns, it has heard of all. */
  public static void listened(SparkListener listener, Runnable work) throws TimeoutException {
    SparkContext context = get().sparkContext();
    context.addSparkListener(listener);
    try {
      work.run();
      context.listenerBus().waitUntilEmpty();
    } finally {
      context.removeSparkListener(listener);
    }
  }
}
