package io.sparsetune.cluster;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.TaskContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Makes tasks fail and executors die at the worst moment: when a task has computed its part and has
 * not yet told anyone. Each mishap happens once in an application, as a marker file says.
 */
public final class Mishaps implements SparkPlugin {
  /** Folder of the marker files. */
  static final String MARKERS = "spark.sparsetune.test.markers";

  /** How the jobs' names begin whose tasks are counted: sparse steps unless it is said. */
  static final String JOBS = "spark.sparsetune.test.jobs";

  /** Which of a JVM's tasks of such jobs, counted from 1, fails. */
  static final String FAIL = "spark.sparsetune.test.fail";

  /** Which of a JVM's tasks of such jobs, counted from 1, takes its executor with it. */
  static final String KILL = "spark.sparsetune.test.kill";

  @Override
  public DriverPlugin driverPlugin() {
    return new DriverPlugin() {};
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new Tasks();
  }

  private static final class Tasks implements ExecutorPlugin {
    private final AtomicInteger started = new AtomicInteger();
    private Path markers;
    private String jobs;
    private int fail;
    private int kill;
    private String executor;

    @Override
    public void init(PluginContext context, Map<String, String> extra) {
      markers = Path.of(context.conf().get(MARKERS));
      jobs = context.conf().get(JOBS, "sparse step");
      fail = context.conf().getInt(FAIL, 0);
      kill = context.conf().getInt(KILL, 0);
      executor = context.executorID();
    }

    @Override
    public void onTaskStart() {
      String job = TaskContext.get().getLocalProperty("spark.job.description");
      if (job == null || !job.startsWith(jobs)) {
        return;
      }
      int number = started.incrementAndGet();
      if (number == fail) {
        atEnd(
            context -> {
              if (first("failed")) {
                throw new IllegalStateException("A failure made by the test");
              }
            });
      }
      if (number == kill && !executor.equals("driver")) {
        atEnd(
            context -> {
              if (first("killed")) {
                Runtime.getRuntime().halt(17);
              }
            });
      }
    }

    private static void atEnd(TaskCompletionListener listener) {
      TaskContext.get().addTaskCompletionListener(listener);
    }

    private boolean first(String mishap) {
      try {
        Files.writeString(
            Files.createFile(markers.resolve(mishap)),
            executor + " " + TaskContext.get().stageId());
        return true;
      } catch (FileAlreadyExistsException e) {
        return false;
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
