package io.sparsetune.executor;

import io.sparsetune.progress.BytesMoved;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.spark.SparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.scheduler.JobSucceeded$;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerBlockUpdated;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/**
 * Counts what sparse steps move between the driver and the executors. Down: the pieces of the
 * broadcasts (values, then a task binary for each stage) that executors stored; in local mode,
 * where nothing travels, those that the driver stored. Up: the sizes of the tasks' results. Spark
 * tells all this later, on a thread of its own.
 */
final class StepTraffic extends SparkListener implements AutoCloseable {
  private static final String STEP = "sparsetune.step.values";
  private static final long PATIENCE = TimeUnit.SECONDS.toMillis(5);

  private final SparkContext context;
  private final boolean local;
  private final Set<Integer> jobs = new HashSet<>();
  private final Set<Integer> stages = new HashSet<>();

  /** Bytes of each broadcast of which it is not known yet whether it is a step's. */
  private final TreeMap<Long, Long> pending = new TreeMap<>();

  /** The broadcasts of the latest step. */
  private final Set<Long> broadcasts = new HashSet<>();

  private final Map<Long, Integer> stagesOfStep = new HashMap<>();
  private long steps;
  private long ended;
  private long down;
  private long up;

  private StepTraffic(SparkContext context) {
    this.context = context;
    this.local = context.isLocal();
  }

  static StepTraffic listenTo(SparkContext context) {
    StepTraffic traffic = new StepTraffic(context);
    context.addSparkListener(traffic);
    return traffic;
  }

  /**
   * Runs a step's one job, or its second one after a failure; its values were the last thing
   * broadcast.
   */
  <T> T during(Broadcast<?> values, Supplier<T> job) {
    synchronized (this) {
      steps++;
    }
    context.setLocalProperty(STEP, Long.toString(values.id()));
    try {
      return job.get();
    } finally {
      context.setLocalProperty(STEP, null);
    }
  }

  /** Of the steps whose end Spark has told. */
  synchronized BytesMoved ofEndedSteps() {
    return new BytesMoved(down, up, ended);
  }

  /** Waits a little for Spark to tell about the last step. */
  synchronized BytesMoved soFar() {
    long deadline = System.currentTimeMillis() + PATIENCE;
    try {
      for (long left = PATIENCE;
          ended < steps && left > 0;
          left = deadline - System.currentTimeMillis()) {
        wait(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return new BytesMoved(down, up, steps);
  }

  @Override
  public synchronized void onJobStart(SparkListenerJobStart event) {
    if (event.properties() != null && event.properties().getProperty(STEP) != null) {
      jobs.add(event.jobId());
    }
  }

  @Override
  public synchronized void onStageSubmitted(SparkListenerStageSubmitted event) {
    String step = event.properties() == null ? null : event.properties().getProperty(STEP);
    if (step == null) {
      return;
    }
    long values = Long.parseLong(step);
    if (!broadcasts.contains(values)) {
      broadcasts.clear();
      stagesOfStep.clear();
      pending.headMap(values).clear();
      own(values);
    }
    stages.add(event.stageInfo().stageId());
    // As broadcasts are, a job's stages are numbered one after the other.
    own(values + stagesOfStep.merge(values, 1, Integer::sum));
  }

  @Override
  public synchronized void onBlockUpdated(SparkListenerBlockUpdated event) {
    BroadcastPiece.stored(event, local).ifPresent(this::count);
  }

  private void count(BroadcastPiece piece) {
    if (broadcasts.contains(piece.broadcast())) {
      down += piece.bytes();
    } else if (piece.bytes() > 0) {
      pending.merge(piece.broadcast(), piece.bytes(), Long::sum);
    }
  }

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd event) {
    if (stages.contains(event.stageId()) && event.taskMetrics() != null) {
      up += event.taskMetrics().resultSize();
    }
  }

  @Override
  public synchronized void onJobEnd(SparkListenerJobEnd event) {
    // A step whose shards are lost fails, and is run again by a second job.
    if (jobs.remove(event.jobId()) && event.jobResult().equals(JobSucceeded$.MODULE$)) {
      ended++;
      notifyAll();
    }
  }

  @Override
  public void close() {
    context.removeSparkListener(this);
  }

  private void own(long broadcast) {
    broadcasts.add(broadcast);
    Long bytes = pending.remove(broadcast);
    down += bytes == null ? 0 : bytes;
  }
}
