package io.sparsetune.data;

import io.sparsetune.batch.Shard;
import io.sparsetune.cluster.Causes;
import java.util.Collections;
import java.util.function.Supplier;
import org.apache.spark.Partition;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.storage.StorageLevel;
import scala.collection.Iterator;
import scala.reflect.ClassTag$;

/**
 * Shards that executors keep, without the lineage that they come from. Spark sends and logs the
 * whole lineage of what a job reads, in each of a training's thousands of steps; a step on these
 * names two RDDs. What an executor takes with it is not here any more, and a job that misses it
 * fails: it is to be run again on {@link Rebuilt}.
 */
public final class KeptShards extends RDD<Shard> {
  private static final long serialVersionUID = 1;
  private static final String LOST = "Shards of the training data are on no executor any more";

  /** What a task puts here is kept where nothing is. */
  private static final ThreadLocal<Supplier<Iterator<Shard>>> SOURCE = new ThreadLocal<>();

  private final int partitions;

  private KeptShards(JavaSparkContext context, int partitions) {
    // Of the constructors the one whose signature names no collection of Scala's: those differ from
    // one version to the next.
    super(
        context.parallelize(Collections.nCopies(partitions, 0), partitions).rdd(),
        ClassTag$.MODULE$.apply(Shard.class));
    this.partitions = partitions;
  }

  /**
   * Keeps shards on the executors from their first use on; where they get lost, they are rebuilt.
   */
  static JavaRDD<Shard> keep(JavaRDD<Shard> shards) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(shards.context());
    KeptShards kept = new KeptShards(context, shards.getNumPartitions());
    kept.setName("training data");
    kept.persist(StorageLevel.MEMORY_AND_DISK());
    return new Rebuilt(shards.rdd(), kept).toJavaRDD();
  }

  /**
   * The same shards as they are kept. A job on them may fail by {@link #isLost}.
   *
   * @param shards where nothing keeps them, they are the result
   */
  public static JavaRDD<Shard> of(JavaRDD<Shard> shards) {
    return shards.rdd() instanceof Rebuilt rebuilt && rebuilt.kept.getStorageLevel().isValid()
        ? rebuilt.kept.toJavaRDD()
        : shards;
  }

  /** Whether a job has failed since shards are lost. */
  public static boolean isLost(Throwable failure) {
    return Causes.of(failure).stream()
        .anyMatch(cause -> String.valueOf(cause.getMessage()).contains(LOST));
  }

  @Override
  public Partition[] getPartitions() {
    Partition[] all = new Partition[partitions];
    for (int index = 0; index < partitions; index++) {
      all[index] = new Part(index);
    }
    return all;
  }

  @Override
  public Iterator<Shard> compute(Partition split, TaskContext context) {
    Supplier<Iterator<Shard>> source = SOURCE.get();
    if (source == null) {
      throw new IllegalStateException(LOST);
    }
    return source.get();
  }

  /** A partition of nothing but its number. */
  private record Part(int index) implements Partition {}

  /** What is kept, and computed from the lineage where it is not. */
  private static final class Rebuilt extends RDD<Shard> {
    private static final long serialVersionUID = 1;
    private final RDD<Shard> source;
    private final KeptShards kept;

    Rebuilt(RDD<Shard> source, KeptShards kept) {
      super(source, ClassTag$.MODULE$.apply(Shard.class));
      this.source = source;
      this.kept = kept;
    }

    @Override
    public Partition[] getPartitions() {
      return source.partitions();
    }

    @Override
    public Iterator<Shard> compute(Partition split, TaskContext context) {
      SOURCE.set(() -> source.iterator(split, context));
      try {
        return kept.iterator(split, context);
      } finally {
        SOURCE.remove();
      }
    }

    @Override
    public RDD<Shard> unpersist(boolean blocking) {
      kept.unpersist(blocking);
      return this;
    }
  }
}
