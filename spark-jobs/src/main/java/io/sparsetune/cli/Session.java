package io.sparsetune.cli;

import io.sparsetune.cluster.SparkSessions;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DivergedException;
import io.sparsetune.error.ExitCode;
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
          public void close(SparkSession session, ExitCode code) {
            // The session's own stop tells the cluster that all is well.
            session.sparkContext().stop(code.number());
            session.stop();
          }
        };

    SparkSession open(String name);

    /** Ends a session; its cluster learns how the command has ended. */
    void close(SparkSession session, ExitCode code);
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
    ExitCode code = ExitCode.DONE;
    try (ThreadDeaths deaths =
        ThreadDeaths.watch(() -> spark.sparkContext().stop(ExitCode.FAULT.number()))) {
      return onSpark(spark, deaths, whatIsLeft, work);
    } catch (RuntimeException | Error e) {
      code = Failures.codeOf(e);
      throw e;
    } finally {
      sessions.close(spark, code);
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
          () -> {
            spark.sparkContext().cancelAllJobs();
            // Spark's own end tells the cluster that all is well.
            spark.sparkContext().stop(ExitCode.FAULT.number());
          },
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
