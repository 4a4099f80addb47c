package io.sparsetune.executor;

import io.sparsetune.cluster.ScalaValues;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction2;

/**
 * What a task does with its partition, as a class of its own. Lambdas Spark searches for what they
 * capture, reading their class files anew for every job: half of what a warm step of no work took.
 */
final class PartitionFunction<T>
    extends AbstractFunction2<TaskContext, scala.collection.Iterator<T>, Object>
    implements Serializable {
  private static final long serialVersionUID = 1;

  /** The work itself. */
  interface Work<T, R> extends Serializable {
    R of(Iterator<T> partition);
  }

  private final Work<T, ?> work;

  private PartitionFunction(Work<T, ?> work) {
    this.work = work;
  }

  /** The results of all partitions, in their order; one job. */
  @SuppressWarnings("unchecked")
  static <T, R> List<R> results(JavaRDD<T> rdd, Work<T, R> work) {
    Object results =
        rdd.context().runJob(rdd.rdd(), new PartitionFunction<>(work), ClassTag$.MODULE$.Any());
    return (List<R>) Arrays.asList((Object[]) results);
  }

  @Override
  public Object apply(TaskContext context, scala.collection.Iterator<T> partition) {
    return work.of(ScalaValues.iterator(partition));
  }
}
