package io.sparsetune.hadoop;

import io.sparsetune.cluster.RuntimeVersions;
import io.sparsetune.error.ConfigException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;

/** Hadoop's settings as a Spark session would have them, for commands that start none. */
public final class HadoopDefaults {
  private static final String PREFIX = "spark.hadoop.";

  private HadoopDefaults() {}

  /**
   * Hadoop's own files on the class path; above them {@code spark.hadoop.*} of {@code
   * spark-defaults.conf}, where {@code SPARK_CONF_DIR} or {@code SPARK_HOME} leads to one; above
   * these the same of system properties, as spark-submit and the launcher set them.
   *
   * @param environment variables
   * @throws ConfigException where {@code spark-defaults.conf} cannot be read, or the versions of
   *     Java and Spark are not ones that SparseTune runs on
   */
  public static Configuration read(Map<String, String> environment) {
    RuntimeVersions.here().check();
    SparkConf conf = new SparkConf(true);
    Properties defaults = defaults(environment);
    for (String key : defaults.stringPropertyNames()) {
      if (key.startsWith("spark.")) {
        conf.setIfMissing(key, defaults.getProperty(key).strip());
      }
    }
    Configuration hadoop = fromFiles();
    for (var setting : conf.getAllWithPrefix(PREFIX)) {
      hadoop.set(setting._1(), setting._2());
    }
    return hadoop;
  }

  private static Configuration fromFiles() {
    Configuration hadoop = new Configuration();
    try {
      // Files are not looked at before.
      hadoop.size();
      return hadoop;
    } catch (RuntimeException e) {
      throw new ConfigException(
          "Cannot read Hadoop's settings, see HADOOP_CONF_DIR: "
              + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }
  }

  private static Properties defaults(Map<String, String> environment) {
    Properties defaults = new Properties();
    String folder = environment.get("SPARK_CONF_DIR");
    if (folder == null && environment.containsKey("SPARK_HOME")) {
      folder = environment.get("SPARK_HOME") + "/conf";
    }
    Path file = folder == null ? null : Path.of(folder, "spark-defaults.conf");
    if (file == null || !Files.isRegularFile(file)) {
      return defaults;
    }
    try (InputStream in = Files.newInputStream(file)) {
      defaults.load(in);
      return defaults;
    } catch (IOException | IllegalArgumentException e) {
      throw new ConfigException("Cannot read %s: %s".formatted(file, e.getMessage()));
    }
  }
}
