package io.sparsetune.cluster;

import java.util.Map;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.spark.SparkConf;

/**
 * What is logged where nobody has configured logging: on executors and on the driver of cluster
 * mode, which the launcher's {@code conf/log4j2.properties} does not reach. Spark's own default
 * says some 25 lines a step in the driver and a dozen in an executor. Whoever has a configuration
 * of their own keeps it.
 */
final class DefaultLog {
  /** Where Spark has its default configurations, with one layout or another. */
  private static final String SPARKS = "org/apache/spark/log4j2-";

  /** By which a user tells Spark how much to log. */
  private static final String LEVEL = "spark.log.level";

  private static final Level OTHERS = Level.WARN;

  /** As {@code conf/log4j2.properties} has them. */
  private static final Map<String, Level> LEVELS =
      Map.of(
          "io.sparsetune", Level.INFO,
          "org.apache.hadoop.util.NativeCodeLoader", Level.ERROR,
          "org.apache.spark.util.Utils", Level.ERROR);

  private DefaultLog() {}

  /** Has this process log our own messages, and only warnings of everything else. */
  static void quieten(SparkConf conf) {
    // Where another library logs, that one's configuration is the user's.
    if (!conf.contains(LEVEL) && LogManager.getContext(false) instanceof LoggerContext context) {
      quieten(context);
    }
  }

  static void quieten(LoggerContext context) {
    Configuration configuration = context.getConfiguration();
    String from = configuration.getConfigurationSource().getLocation();
    if (from == null || !from.contains(SPARKS)) {
      return;
    }
    configuration.getRootLogger().setLevel(OTHERS);
    LEVELS.forEach((name, level) -> level(configuration, name, level));
    context.updateLoggers();
  }

  private static void level(Configuration configuration, String name, Level level) {
    configuration.removeLogger(name);
    configuration.addLogger(name, new LoggerConfig(name, level, true));
  }
}
