package io.sparsetune.cluster;

import java.io.IOException;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.yarn.api.records.FinalApplicationStatus;
import org.apache.hadoop.yarn.client.api.AMRMClient;
import org.apache.hadoop.yarn.client.api.AMRMClient.ContainerRequest;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The driver inside YARN's application master, in cluster mode. Spark's own application master
 * leaves every failed attempt but the last to YARN, which then makes another one.
 */
public final class YarnDriver {
  private static final Logger LOG = LoggerFactory.getLogger(YarnDriver.class);
  private static final String APPLICATION = "spark.yarn.app.id";
  private static final String HISTORY = "spark.yarn.historyServer.address";
  private static final String KEEP_STAGED = "spark.yarn.preserve.staging.files";
  private static final String STAGED = "SPARK_YARN_STAGING_DIR";

  private YarnDriver() {}

  /** Whether this process is one. */
  public static boolean isHere() {
    return System.getProperty(APPLICATION) != null
        && System.getenv(STAGED) != null
        && SparkSessions.isDriverInCluster();
  }

  /**
   * Ends the application as failed, so that YARN makes no other attempt. Where that fails, YARN
   * decides as for any attempt.
   *
   * @param message the application's diagnostics
   */
  public static void fail(String message) {
    SparkConf spark = new SparkConf();
    YarnConfiguration yarn = new YarnConfiguration(SparkHadoopUtil.get().newConfiguration(spark));
    try (AMRMClient<ContainerRequest> manager = AMRMClient.createAMRMClient()) {
      manager.init(yarn);
      manager.start();
      register(manager);
      manager.unregisterApplicationMaster(
          FinalApplicationStatus.FAILED, message, history(spark, yarn));
      if (!spark.getBoolean(KEEP_STAGED, false)) {
        Path staged = new Path(System.getenv(STAGED));
        staged.getFileSystem(yarn).delete(staged, true);
      }
    } catch (YarnException | IOException | RuntimeException e) {
      LOG.warn("YARN could not be told that another attempt cannot help: {}", e.toString());
    }
  }

  /** Before there was a Spark context, nobody has done so; YARN hears of no end without it. */
  private static void register(AMRMClient<ContainerRequest> manager) throws IOException {
    try {
      manager.registerApplicationMaster("", -1, "");
    } catch (YarnException e) {
      LOG.debug("Spark has registered the application master", e);
    }
  }

  /** Where the application is seen when it has ended. */
  private static String history(SparkConf spark, YarnConfiguration yarn) {
    return spark.contains(HISTORY)
        ? SparkHadoopUtil.get().substituteHadoopVariables(spark.get(HISTORY), yarn)
            + "/history/"
            + System.getProperty(APPLICATION)
        : "";
  }
}
