package io.sparsetune.executor;

import io.sparsetune.cluster.ClusterShape;
import io.sparsetune.cluster.Jobs;
import io.sparsetune.cluster.SparkFailures;
import io.sparsetune.engine.EngineHome;
import io.sparsetune.mask.Mask;
import io.sparsetune.model.ModelSpec;
import java.util.Collections;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run's model on the executors, as the driver sees it: what is broadcast once, and jobs on it.
 * For one thread.
 */
final class RunModel implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunModel.class);

  private static final int SECONDS_AFTER_FAILURE = 10;

  private final JavaSparkContext context;
  private final TaskModel model;
  private final Broadcast<TaskModel> shared;
  private final ClusterShape cluster;
  private Mask mask;
  private Broadcast<Mask> sharedMask;
  private boolean failed;

  RunModel(SparkSession session, ShippedModel base, ModelSpec spec, long seed) {
    this.context = JavaSparkContext.fromSparkContext(session.sparkContext());
    this.model =
        new TaskModel(
            UUID.randomUUID().toString(),
            base,
            spec,
            seed,
            SparkStepExecutor.arithmetic(session, spec.precision()));
    this.shared = context.broadcast(model);
    this.cluster = ClusterShape.of(session);
  }

  /** What decides the bits of this run's products. */
  String arithmetic() {
    return model.arithmetic();
  }

  JavaSparkContext context() {
    return context;
  }

  ModelSpec spec() {
    return model.spec();
  }

  Broadcast<TaskModel> shared() {
    return shared;
  }

  /** Partitions of what any task can take, where the training data have so many. */
  int partitions(int ofTraining) {
    return cluster.oneProcess() ? Math.max(ofTraining, cluster.slots().orElseThrow()) : ofTraining;
  }

  /** Whether the driver is the executor. */
  boolean inOneProcess() {
    return cluster.oneProcess();
  }

  /** Threads of each of a stage's tasks. */
  int threadsOfEach(int tasks) {
    return cluster.threadsOfEach(tasks);
  }

  /** The mask on the executors; sent once as long as it stays the same. */
  Broadcast<Mask> share(Mask wanted) {
    if (!wanted.equals(mask)) {
      if (sharedMask != null) {
        Broadcasts.destroy(sharedMask);
      }
      sharedMask = context.broadcast(wanted);
    }
    mask = wanted;
    return sharedMask;
  }

  /**
   * Runs a job that the interface of Spark calls by that name, as {@link Jobs} has it.
   *
   * @throws RuntimeException the task's own error, where it was meant for users
   */
  <T> T job(String description, Callable<T> job) {
    try {
      return SparkFailures.named(description, () -> Jobs.named(context.sc(), description, job));
    } catch (RuntimeException e) {
      failed = true;
      throw e;
    }
  }

  /**
   * Frees the executors' memory. After a failure there may be no executor left to do so: what is
   * not freed in a few seconds stays until the application ends.
   */
  @Override
  public void close() {
    EngineHome.get().release(model.nonce());
    if (context.sc().isStopped()) {
      return;
    }
    try {
      String nonce = model.nonce();
      int executors = Math.max(1, context.defaultParallelism());
      JavaFutureAction<Void> released =
          Jobs.named(
              context.sc(),
              "release of the engines",
              () ->
                  context
                      .parallelize(Collections.nCopies(executors, nonce), executors)
                      .foreachAsync(each -> EngineHome.get().release(each)));
      await(released);
      Broadcasts.destroy(shared);
      if (sharedMask != null) {
        Broadcasts.destroy(sharedMask);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.warn("The executors' engines could not be released: {}", e.toString());
    }
  }

  private void await(JavaFutureAction<Void> released)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (!failed) {
      released.get();
      return;
    }
    try {
      released.get(SECONDS_AFTER_FAILURE, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      released.cancel(true);
      throw e;
    }
  }
}
