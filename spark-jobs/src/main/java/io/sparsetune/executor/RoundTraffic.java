package io.sparsetune.executor;

import io.sparsetune.progress.RoundBytes;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerBlockUpdated;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/**
 * Counts what dense rounds move, from Spark's own metrics. Spark tells all this later, on a thread
 * of its own, in the order in which it happened: what a later job's end tells comes after it.
 */
final class RoundTraffic extends SparkListener implements AutoCloseable {
  private static final String ROUND = "sparsetune.round";

  private final SparkContext context;
  private final boolean local;
  private final Set<Integer> stages = new HashSet<>();

  /** The broadcasts of rounds: from each first number to the one after the last. */
  private final TreeMap<Long, Long> ranges = new TreeMap<>();

  private int rounds;
  private long down;
  private long up;
  private long shuffled;

  private RoundTraffic(SparkContext context) {
    this.context = context;
    this.local = context.isLocal();
  }

  static RoundTraffic listenTo(SparkContext context) {
    RoundTraffic traffic = new RoundTraffic(context);
    context.addSparkListener(traffic);
    return traffic;
  }

  /** Runs a round's jobs, and whatever it broadcasts. */
  <T> T during(Supplier<T> round) {
    long first = number();
    synchronized (this) {
      rounds++;
      ranges.put(first, Long.MAX_VALUE);
    }
    context.setLocalProperty(ROUND, "yes");
    try {
      return round.get();
    } finally {
      context.setLocalProperty(ROUND, null);
      long end = number();
      synchronized (this) {
        ranges.put(first, end);
      }
    }
  }

  /**
   * The number of the next broadcast. Nothing but a broadcast tells: those that a round's last jobs
   * make are Spark's own.
   */
  private long number() {
    Broadcast<Integer> here = JavaSparkContext.fromSparkContext(context).broadcast(0);
    long number = here.id();
    Broadcasts.destroy(here);
    return number;
  }

  synchronized RoundBytes soFar() {
    return new RoundBytes(down, up, shuffled, rounds);
  }

  @Override
  public synchronized void onStageSubmitted(SparkListenerStageSubmitted event) {
    if (event.properties() != null && event.properties().getProperty(ROUND) != null) {
      stages.add(event.stageInfo().stageId());
    }
  }

  @Override
  public synchronized void onBlockUpdated(SparkListenerBlockUpdated event) {
    BroadcastPiece.stored(event, local)
        .filter(this::isOfRound)
        .ifPresent(piece -> down += piece.bytes());
  }

  private boolean isOfRound(BroadcastPiece piece) {
    Map.Entry<Long, Long> range = ranges.floorEntry(piece.broadcast());
    return range != null && piece.broadcast() < range.getValue();
  }

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd event) {
    if (stages.contains(event.stageId()) && event.taskMetrics() != null) {
      up += event.taskMetrics().resultSize();
      shuffled += event.taskMetrics().shuffleWriteMetrics().bytesWritten();
    }
  }

  @Override
  public void close() {
    context.removeSparkListener(this);
  }
}
