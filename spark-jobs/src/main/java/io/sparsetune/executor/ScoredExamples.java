package io.sparsetune.executor;

import io.sparsetune.cluster.ScalaValues;
import io.sparsetune.progress.ScoreProgress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.util.LongAccumulator;

/**
 * Tells how many examples the tasks of a score round have done, by what executors say of running
 * tasks at every heartbeat. Nothing but the display depends on it.
 */
final class ScoredExamples extends SparkListener implements AutoCloseable {
  // Positions in SparkListenerExecutorMetricsUpdate, and in each of its tuples of a task.
  private static final int UPDATES_OF_TASKS = 1;
  private static final int TASK = 0;
  private static final int ACCUMULATORS = 3;

  private final SparkContext context;
  private final LongAccumulator done;
  private final ScoreProgress progress;
  private final long work;
  private final Map<Long, Long> ofRunningTask = new HashMap<>();
  private final Set<Long> ended = new HashSet<>();

  private ScoredExamples(SparkContext context, ScoreProgress progress, long work) {
    this.context = context;
    this.progress = progress;
    this.work = work;
    this.done = context.longAccumulator("examples scored");
  }

  /**
   * @param work examples of all tasks
   */
  static ScoredExamples listenTo(SparkContext context, ScoreProgress progress, long work) {
    ScoredExamples listener = new ScoredExamples(context, progress, work);
    context.addSparkListener(listener);
    return listener;
  }

  /** What tasks add to. */
  LongAccumulator done() {
    return done;
  }

  @Override
  public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate event) {
    // By position: the accessors' return types are not the same in Scala 2.12 and 2.13.
    for (Object task : ScalaValues.elements(ScalaValues.part(event, UPDATES_OF_TASKS))) {
      Long id = (Long) ScalaValues.part(task, TASK);
      if (!ended.contains(id)) {
        for (Object info : ScalaValues.elements(ScalaValues.part(task, ACCUMULATORS))) {
          update(id, (AccumulableInfo) info);
        }
      }
    }
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd event) {
    // What it has done is in the accumulator by now, if it counts.
    ended.add(event.taskInfo().taskId());
    ofRunningTask.remove(event.taskInfo().taskId());
    report();
  }

  private void update(Long task, AccumulableInfo info) {
    if (info.id() == done.id() && info.update().isDefined()) {
      ofRunningTask.put(task, (Long) info.update().get());
      report();
    }
  }

  private void report() {
    long running = ofRunningTask.values().stream().mapToLong(Long::longValue).sum();
    progress.scored(Math.min(done.sum() + running, work), work);
  }

  @Override
  public void close() {
    context.removeSparkListener(this);
  }
}
