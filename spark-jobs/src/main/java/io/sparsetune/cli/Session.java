package io.sparsetune.cli;

import io.sparsetune.cluster.SparkSessions;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DivergedException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;

/**
 * What commands share.
 *
 * @param terminal where they write
 * @param interruption what stops them
 * @param sessions where they run
 */
record Session(Terminal terminal, Interruption interruption, Sessions sessions) {

  /** Where Spark sessions come from, and what becomes of them. */
  interface Sessions {
    /** A session of its own for each command. */
    Sessions OWN =
        new Sessions() {
          @Override
          public SparkSession open(String name) {
            return SparkSessions.open(name);
          }

          @Override
          public void close(SparkSession session) {
            session.stop();
          }
        };

    SparkSession open(String name);

    void close(SparkSession session);
  }

  /**
   * Runs work on Spark; stops it when it is interrupted, and Spark in any case.
   *
   * @param name of the application
   * @param whatIsLeft what an interruption leaves behind at that moment, in a sentence
   * @throws io.sparsetune.cluster.FailedWorkException where a thread has died of an error meanwhile
   * @throws SparkStoppedException where Spark had ended by itself when the work failed
   */
  <T> T onSpark(String name, Supplier<String> whatIsLeft, Function<SparkSession, T> work) {
    SparkSession spark = sessions.open(name);
    try (ThreadDeaths deaths = ThreadDeaths.watch(() -> spark.sparkContext().stop())) {
      return onSpark(spark, deaths, whatIsLeft, work);
    } finally {
      sessions.close(spark);
    }
  }

  private <T> T onSpark(
      SparkSession spark,
      ThreadDeaths deaths,
      Supplier<String> whatIsLeft,
      Function<SparkSession, T> work) {
    try {
      return interruption.guard(
          terminal.err(),
          whatIsLeft,
          () -> spark.sparkContext().cancelAllJobs(),
          () -> work.apply(spark));
    } catch (ConfigException | DivergedException e) {
      throw e;
    } catch (Exception | Error e) {
      deaths.requireNone(e);
      if (spark.sparkContext().isStopped()) {
        throw new SparkStoppedException(spark.sparkContext().master(), e);
      }
      throw e;
    }
  }
}
