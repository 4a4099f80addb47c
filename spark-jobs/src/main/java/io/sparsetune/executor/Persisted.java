package io.sparsetune.executor;

import org.apache.spark.api.java.JavaRDDLike;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends what executors keep of an RDD. */
final class Persisted {
  private static final Logger LOG = LoggerFactory.getLogger(Persisted.class);

  private Persisted() {}

  /** Frees its memory everywhere; what prevents that is no failure, as with {@link Broadcasts}. */
  static void free(JavaRDDLike<?, ?> rdd) {
    try {
      rdd.rdd().unpersist(false);
    } catch (Exception e) {
      LOG.debug("{} could not be freed", rdd, e);
    }
  }
}
