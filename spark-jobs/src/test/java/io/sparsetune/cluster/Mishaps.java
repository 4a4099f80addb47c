package io.sparsetune.cluster;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
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
 * Lets the {@link Mishap}s of a list happen in an application, each once, as marker files say. The
 * driver also writes down the descriptions of its jobs as they begin, in the file {@link #JOURNAL}.
 */
public final class Mishaps implements SparkPlugin {
  /** Folder of the marker files. */
  public static final String MARKERS = "spark.sparsetune.test.markers";

  /** The list. */
  static final String LIST = "spark.sparsetune.test.mishaps";

  /** The run's folder, where mishaps wait for a file. */
  public static final String OUTPUT = "spark.sparsetune.test.output";

  /** File of the drivers' jobs among the markers, a line for each, after a line for the driver. */
  public static final String JOURNAL = "journal";

  private static final String NEW_DRIVER = "new driver";

  /** Tasks that wait go on when this file is among the markers. */
  public static final String GO = "go";

  /** While this file is among the markers, the run's disk is full. */
  public static final String DISK_FULL = "disk-full";

  /** The exit code of a JVM that got SIGKILL. */
  public static final int HALTED = 137;

  private static final Duration LOOK = Duration.ofMillis(2);

  /** The descriptions of the jobs of each driver that has written to the journal, in order. */
  public static List<List<String>> drivers(Path journal) throws IOException {
    List<List<String>> drivers = new ArrayList<>();
    if (Files.exists(journal)) {
      for (String line : Files.readAllLines(journal)) {
        if (line.equals(NEW_DRIVER)) {
          drivers.add(new ArrayList<>());
        } else {
          drivers.get(drivers.size() - 1).add(line);
        }
      }
    }
    return drivers;
  }

  @Override
  public DriverPlugin driverPlugin() {
    return new Driver();
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new Tasks();
  }

  /** A mishap of one JVM, and how often what it waits for has been there. */
  private record Waiting(Mishap mishap, String marker, AtomicInteger seen) {

    static List<Waiting> in(SparkConf conf, boolean ofTasks) {
      List<Mishap> list = Mishap.parse(conf.get(LIST, ""));
      List<String> markers = Mishap.markers(list);
      List<Waiting> waiting = new ArrayList<>();
      for (int i = 0; i < list.size(); i++) {
        if (list.get(i).kind().isOfTasks() == ofTasks) {
          waiting.add(new Waiting(list.get(i), markers.get(i), new AtomicInteger()));
        }
      }
      return waiting;
    }

    /** Counts it, and says whether its turn has come. */
    boolean isDue(String what) {
      return what.startsWith(mishap.at()) && seen.incrementAndGet() == mishap.number();
    }

    /** Whether it happens here and now, and has not happened anywhere. */
    boolean happens(Path markers, String where) {
      try {
        Files.writeString(Files.createFile(markers.resolve(marker)), where);
        return true;
      } catch (FileAlreadyExistsException e) {
        return false;
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static final class Driver implements DriverPlugin {
    private Path markers;
    private org.apache.hadoop.fs.Path output;
    private Configuration hadoop;
    private List<Waiting> mishaps;

    @Override
    public Map<String, String> init(SparkContext context, PluginContext plugin) {
      markers = Path.of(plugin.conf().get(MARKERS));
      output = new org.apache.hadoop.fs.Path(plugin.conf().get(OUTPUT, "/"));
      hadoop = context.hadoopConfiguration();
      mishaps = Waiting.in(plugin.conf(), false);
      context.addSparkListener(
          new SparkListener() {
            @Override
            public void onJobStart(SparkListenerJobStart job) {
              begun(job.properties().getProperty("spark.job.description", ""));
            }
          });
      mishaps.stream().filter(this::isOfFile).forEach(this::lookForFile);
      note(NEW_DRIVER);
      return Map.of();
    }

    private void note(String line) {
      try {
        Files.writeString(
            markers.resolve(JOURNAL),
            line + "\n",
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    private boolean isOfFile(Waiting waiting) {
      return waiting.mishap().at().contains(".") || waiting.mishap().at().startsWith("_");
    }

    private void lookForFile(Waiting waiting) {
      aside(
          () -> {
            var file = new org.apache.hadoop.fs.Path(output, waiting.mishap().at());
            while (!file.getFileSystem(hadoop).exists(file)) {
              Thread.sleep(LOOK.toMillis());
            }
            happen(waiting, waiting.mishap().at());
          });
    }

    private void begun(String job) {
      note(job);
      for (Waiting waiting : mishaps) {
        if (waiting.isDue(job)) {
          aside(() -> happen(waiting, job));
        }
      }
    }

    private void happen(Waiting waiting, String where) throws IOException, InterruptedException {
      Duration after = waiting.mishap().after();
      if (waiting.mishap().kind() != Mishap.Kind.FILL) {
        Thread.sleep(after.toMillis());
      }
      if (!waiting.happens(markers, where)) {
        return;
      }
      if (waiting.mishap().kind() == Mishap.Kind.HALT) {
        kill();
      } else if (waiting.mishap().kind() == Mishap.Kind.FILL) {
        Files.writeString(markers.resolve(DISK_FULL), where);
        Thread.sleep(after.toMillis());
        Files.deleteIfExists(markers.resolve(DISK_FULL));
      }
    }
  }

  private static final class Tasks implements ExecutorPlugin {
    private Path markers;
    private List<Waiting> mishaps;
    private String executor;

    @Override
    public void init(PluginContext context, Map<String, String> extra) {
      markers = Path.of(context.conf().get(MARKERS));
      executor = context.executorID();
      mishaps = Waiting.in(context.conf(), true);
    }

    @Override
    public void onTaskStart() {
      String job = TaskContext.get().getLocalProperty("spark.job.description");
      if (job == null) {
        return;
      }
      String where = "executor " + executor + ", " + job;
      for (Waiting waiting : mishaps) {
        if (waiting.isDue(job)) {
          begin(waiting, where);
        }
      }
    }

    private void begin(Waiting waiting, String where) {
      Duration after = waiting.mishap().after();
      switch (waiting.mishap().kind()) {
        case FAIL ->
            atEnd(
                context -> {
                  if (waiting.happens(markers, where)) {
                    throw new IllegalStateException("A failure made by the test");
                  }
                });
        case DELAY ->
            atEnd(
                context -> {
                  if (waiting.happens(markers, where)) {
                    sleep(after);
                  }
                });
        case WAIT -> {
          if (waiting.happens(markers, where)) {
            while (!Files.exists(markers.resolve(GO)) && !Thread.currentThread().isInterrupted()) {
              sleep(LOOK);
            }
          }
        }
        default -> {
          if (executor.equals("driver")) {
            return;
          }
          if (after.isZero()) {
            atEnd(context -> killHere(waiting, where));
          } else {
            aside(
                () -> {
                  Thread.sleep(after.toMillis());
                  killHere(waiting, where);
                });
          }
        }
      }
    }

    private void killHere(Waiting waiting, String where) {
      if (waiting.happens(markers, where)) {
        kill();
      }
    }

    private static void atEnd(TaskCompletionListener listener) {
      TaskContext.get().addTaskCompletionListener(listener);
    }
  }

  /** A task that is not needed any more is interrupted. */
  private static void sleep(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** SIGKILL to this JVM. */
  private static void kill() {
    try {
      new ProcessBuilder("sh", "-c", "kill -KILL " + ProcessHandle.current().pid())
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Work that may fail. */
  @FunctionalInterface
  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  private static void aside(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                throw new IllegalStateException(e);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "mishap");
    thread.setDaemon(true);
    thread.start();
  }
}
