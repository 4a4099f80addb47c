package io.sparsetune.executor;

import io.sparsetune.progress.ScoreProgress;
import java.util.HashMap;
import java.util.Map;
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
  private final SparkContext context;
  private final LongAccumulator done;
  private final ScoreProgress progress;
  private final long work;
  private final Map<Long, Long> ofTask = new HashMap<>();

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
    // Iterators without their types: those are Scala's, which this module does not name.
    for (var tasks = event.accumUpdates().iterator(); tasks.hasNext(); ) {
      var task = tasks.next();
      for (var infos = task._4().iterator(); infos.hasNext(); ) {
        update((Long) task._1(), infos.next());
      }
    }
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd event) {
    if (event.taskInfo().failed() || event.taskInfo().killed()) {
      ofTask.remove(event.taskInfo().taskId());
    } else {
      for (var infos = event.taskInfo().accumulables().iterator(); infos.hasNext(); ) {
        update(event.taskInfo().taskId(), infos.next());
      }
    }
  }

  private void update(Long task, AccumulableInfo info) {
    if (info.id() == done.id() && info.update().isDefined()) {
      ofTask.put(task, (Long) info.update().get());
      long all = ofTask.values().stream().mapToLong(Long::longValue).sum();
      progress.scored(Math.min(all, work), work);
    }
  }

  @Override
  public void close() {
    context.removeSparkListener(this);
  }
}
