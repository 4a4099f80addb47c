package io.sparsetune.cluster;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.spark.SparkContext;

/**
 * The names under which Spark's interface, history and event log show this thread's jobs: a group
 * for each run, and within it a description for each job.
 */
public final class Jobs {
  private static final String GROUP = "spark.jobGroup.id";
  private static final String DESCRIPTION = "spark.job.description";

  /**
   * Spark describes each job, stage and RDD by the stack that made it, 1.3 kB a stage and each time
   * anew, unless it is told where it is.
   */
  private static final String SHORT_SITE = "callSite.short";

  private static final String LONG_SITE = "callSite.long";

  private Jobs() {}

  /**
   * Has this thread's jobs belong to a group until the next call. Whoever cancels the group
   * interrupts its tasks: one of a dense round may have hours before it.
   *
   * @param id that the interface shows beside each of them
   */
  public static void group(SparkContext context, String id) {
    context.setJobGroup(id, id, true);
  }

  /** Has this thread's jobs belong to no group. */
  public static void endGroup(SparkContext context) {
    context.clearJobGroup();
  }

  /**
   * Runs work whose jobs are called by that name, and by their group's after it.
   *
   * @throws RuntimeException the work's, as {@link SparkFailures#unwrapped} has it
   */
  public static <T> T named(SparkContext context, String name, Callable<T> work) {
    String description = context.getLocalProperty(DESCRIPTION);
    String shortSite = context.getLocalProperty(SHORT_SITE);
    String longSite = context.getLocalProperty(LONG_SITE);
    String group =
        Optional.ofNullable(context.getLocalProperty(GROUP)).map(id -> " · " + id).orElse("");
    context.setLocalProperty(DESCRIPTION, name + group);
    context.setLocalProperty(SHORT_SITE, name);
    context.setLocalProperty(LONG_SITE, "");
    try {
      return SparkFailures.unwrapped(work);
    } finally {
      context.setLocalProperty(DESCRIPTION, description);
      context.setLocalProperty(SHORT_SITE, shortSite);
      context.setLocalProperty(LONG_SITE, longSite);
    }
  }
}
