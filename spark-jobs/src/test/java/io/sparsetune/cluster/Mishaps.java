package io.sparsetune.cluster;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Makes tasks fail and executors die at the worst moment: when a task has computed its part and has
 * not yet told anyone; and lets the driver die. Each mishap to a task happens once in an
 * application, as a marker file says.
 */
public final class Mishaps implements SparkPlugin {
  private static final String STEP = "sparse step";

  /** Folder of the marker files. */
  public static final String MARKERS = "spark.sparsetune.test.markers";

  /** How the jobs' names begin whose tasks are counted: sparse steps unless it is said. */
  public static final String JOBS = "spark.sparsetune.test.jobs";

  /** Which of a JVM's tasks of such jobs, counted from 1, fails. */
  public static final String FAIL = "spark.sparsetune.test.fail";

  /** Which of a JVM's tasks of such jobs, counted from 1, takes its executor with it. */
  public static final String KILL = "spark.sparsetune.test.kill";

  /**
   * Which of a JVM's tasks of such jobs, counted from 1, makes the file {@code waiting} and goes on
   * when {@code go} is there, so that a test can do to the cluster what it likes in the meantime.
   */
  public static final String WAIT = "spark.sparsetune.test.wait";

  /** Which of the driver's jobs, counted from 1, ends the driver when it begins. */
  public static final String HALT = "spark.sparsetune.test.halt";

  /** How those jobs' names begin: as {@link #JOBS} unless it is said. */
  public static final String HALT_JOBS = "spark.sparsetune.test.halt.jobs";

  /** The exit code of a JVM that a mishap ends. */
  public static final int HALTED = 17;

  @Override
  public DriverPlugin driverPlugin() {
    return new Driver();
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new Tasks();
  }

  /** Ends the driver without any of its shutdown hooks. */
  private static final class Driver implements DriverPlugin {
    @Override
    public Map<String, String> init(SparkContext context, PluginContext plugin) {
      String jobs = plugin.conf().get(HALT_JOBS, plugin.conf().get(JOBS, STEP));
      int halt = plugin.conf().getInt(HALT, 0);
      context.addSparkListener(
          new SparkListener() {
            private int started;

            @Override
            public void onJobStart(SparkListenerJobStart job) {
              String name = job.properties().getProperty("spark.job.description", "");
              if (name.startsWith(jobs) && ++started == halt) {
                Runtime.getRuntime().halt(HALTED);
              }
            }
          });
      return Map.of();
    }
  }

  private static final class Tasks implements ExecutorPlugin {
    private final AtomicInteger started = new AtomicInteger();
    private Path markers;
    private String jobs;
    private int fail;
    private int kill;
    private int wait;
    private String executor;

    @Override
    public void init(PluginContext context, Map<String, String> extra) {
      markers = Path.of(context.conf().get(MARKERS));
      jobs = context.conf().get(JOBS, STEP);
      fail = context.conf().getInt(FAIL, 0);
      kill = context.conf().getInt(KILL, 0);
      wait = context.conf().getInt(WAIT, 0);
      executor = context.executorID();
    }

    @Override
    public void onTaskStart() {
      String job = TaskContext.get().getLocalProperty("spark.job.description");
      if (job == null || !job.startsWith(jobs)) {
        return;
      }
      int number = started.incrementAndGet();
      if (number == wait && first("waiting")) {
        waitFor(markers.resolve("go"));
      }
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
                Runtime.getRuntime().halt(HALTED);
              }
            });
      }
    }

    private static void waitFor(Path file) {
      try {
        while (!Files.exists(file)) {
          Thread.sleep(20);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
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
