package io.sparsetune.cluster;

import io.sparsetune.error.ConfigException;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.security.UserGroupInformation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.util.Properties;

/**
 * The versions of Java, Spark and Scala that a process runs on.
 *
 * @param java the feature release, for example 17
 * @param spark for example 4.2.0
 * @param scala for example 2.13.18
 */
public record RuntimeVersions(int java, String spark, String scala) {
  private static final Logger LOG = LoggerFactory.getLogger(RuntimeVersions.class);
  private static final Pattern NUMBERS = Pattern.compile("(\\d+)\\.(\\d+)");
  private static final int OLDEST_JAVA = 17;
  private static final int NEWEST_TESTED_JAVA = 25;
  private static final Version OLDEST_SPARK = new Version(3, 5);
  private static final int NEWEST_SPARK_LINE = 4;

  private record Version(int major, int minor) {
    boolean isBefore(Version other) {
      return major < other.major || major == other.major && minor < other.minor;
    }
  }

  /** Those of this process. */
  public static RuntimeVersions here() {
    return new RuntimeVersions(
        Runtime.version().feature(),
        org.apache.spark.package$.MODULE$.SPARK_VERSION(),
        Properties.versionNumberString());
  }

  /**
   * Refuses what SparseTune does not run on, before anything of Hadoop or Spark is used.
   *
   * @throws ConfigException where it does not run on these, or this process's Hadoop not on its
   *     Java
   */
  public void check() {
    problem()
        .or(this::problemOfHadoop)
        .ifPresent(
            problem -> {
              throw new ConfigException(problem);
            });
  }

  /** Says in the log that this Java is newer than the tests' newest, if it is. */
  void warn() {
    if (java > NEWEST_TESTED_JAVA) {
      LOG.warn(
          "SparseTune is tested on Java {} to {}; this is Java {}",
          OLDEST_JAVA,
          NEWEST_TESTED_JAVA,
          java);
    }
  }

  /** What has to be changed, if anything; on a Java before 17 no class of this jar loads. */
  Optional<String> problem() {
    Version of = version(spark);
    if (of.isBefore(OLDEST_SPARK) || of.major > NEWEST_SPARK_LINE) {
      return Optional.of(
          "SparseTune runs on Spark 3.5 and 4, and this is Spark %s. Set SPARK_HOME to another Spark, or unset it to use the embedded one."
              .formatted(spark));
    }
    Version with = version(scala);
    if (!with.equals(new Version(2, 12)) && !with.equals(new Version(2, 13))) {
      return Optional.of(
          "SparseTune runs on Spark built with Scala 2.12 or 2.13, and this Spark %s has Scala %s. Set SPARK_HOME to another build of Spark."
              .formatted(spark, scala));
    }
    return Optional.empty();
  }

  /**
   * Older Hadoops (3.4.2, for one) ask who the user is by methods that do nothing but fail since
   * Java 24; no file is read and no Spark starts without an answer.
   */
  private Optional<String> problemOfHadoop() {
    try {
      UserGroupInformation.getCurrentUser();
      return Optional.empty();
    } catch (UnsupportedOperationException e) {
      return Optional.of(
          "Spark %s has a Hadoop that does not run on Java %d (%s). Set JAVA_HOME to a JDK 17 or 21, or SPARK_HOME to Spark 4.2 or later."
              .formatted(spark, java, e.getMessage()));
    } catch (IOException e) {
      // Who asks next says why.
      return Optional.empty();
    }
  }

  private static Version version(String text) {
    Matcher numbers = NUMBERS.matcher(text);
    return numbers.lookingAt()
        ? new Version(Integer.parseInt(numbers.group(1)), Integer.parseInt(numbers.group(2)))
        : new Version(0, 0);
  }
}
