package io.sparsetune.executor;

import org.apache.spark.broadcast.Broadcast;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends broadcasts. */
final class Broadcasts {
  private static final Logger LOG = LoggerFactory.getLogger(Broadcasts.class);

  private Broadcasts() {}

  /**
   * Frees a broadcast's memory everywhere. What prevents that, as Spark's end does, is no failure:
   * thrown out of a {@code finally} it would take the place of the one that matters.
   */
  static void destroy(Broadcast<?> broadcast) {
    try {
      broadcast.destroy();
    } catch (Exception e) {
      LOG.debug("{} could not be freed", broadcast, e);
    }
  }
}
