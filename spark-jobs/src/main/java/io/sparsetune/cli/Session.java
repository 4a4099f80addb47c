package io.sparsetune.cli;

import io.sparsetune.job.SparkSessions;
import java.util.function.Function;
import org.apache.spark.sql.SparkSession;

/** What commands share: where they write, and how they run on Spark. */
record Session(Terminal terminal, Interruption interruption) {

  /**
   * Runs work on Spark; stops it when it is interrupted, and Spark in any case.
   *
   * @param name of the application
   * @param whatIsLeft what an interruption leaves behind, in a sentence
   */
  <T> T onSpark(String name, String whatIsLeft, Function<SparkSession, T> work) throws Exception {
    SparkSession spark = SparkSessions.open(name);
    try {
      return interruption.guard(
          terminal.err(),
          whatIsLeft,
          () -> spark.sparkContext().cancelAllJobs(),
          () -> work.apply(spark));
    } finally {
      spark.stop();
    }
  }
}
