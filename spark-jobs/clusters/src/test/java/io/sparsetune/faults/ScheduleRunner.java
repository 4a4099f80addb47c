package io.sparsetune.faults;

import io.sparsetune.cluster.Mishap;
import io.sparsetune.cluster.Mishaps;
import io.sparsetune.cluster.SparkSubmit;
import io.sparsetune.cluster.SparkSubmit.Outcome;
import io.sparsetune.cluster.SparkSubmit.Running;
import io.sparsetune.clusters.StandaloneCluster;
import io.sparsetune.files.RunFiles;
import io.sparsetune.testing.FrailFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.commons.io.FileUtils;
import org.apache.spark.sql.SparkSession;

/**
 * Runs schedules, one after the other: gives the command of each again until it ends well, and
 * compares what is left with a run that nothing has happened to. One standalone cluster serves them
 * all.
 */
final class ScheduleRunner implements AutoCloseable {
  /** A command that takes longer hangs. */
  private static final Duration LIMIT = Duration.ofMinutes(15);

  private static final Duration BURIAL = Duration.ofMinutes(3);
  private static final String FULL_DISK = "No space left on device";
  private static final long LOOK_MILLIS = 10;

  private final Path home;
  private final Path folder;
  private final SparkSession session;
  private final References references;
  private Optional<StandaloneCluster> standalone = Optional.empty();

  /** The worker that was started last, from 0: the one to kill. */
  private int newestWorker;

  /**
   * @param home of the Spark of all processes but this one
   * @param folder where everything is written
   */
  ScheduleRunner(Path home, Path folder) throws IOException {
    this.home = home;
    this.folder = folder;
    this.session =
        SparkSession.builder()
            .master("local[1]")
            .appName("references")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "1")
            .config("spark.driver.host", "localhost")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .getOrCreate();
    session.sparkContext().setLogLevel("OFF");
    this.references = new References(folder, session);
  }

  /** The progress of a schedule that runs. */
  private static final class State {
    private final FaultSchedule schedule;
    private final Path folder;
    private final Path run;
    private final Path markers;
    private final List<String> mishapMarkers;
    private int commands;
    private int stepsTwice;
    private boolean workerKilled;

    /** Where the run was when a command ended; empty before the first end. */
    private Optional<RunProgress> reached = Optional.empty();

    State(FaultSchedule schedule, Path folder) {
      this.schedule = schedule;
      this.folder = folder;
      this.run = folder.resolve("run");
      this.markers = folder.resolve("markers");
      this.mishapMarkers = Mishap.markers(schedule.faults().stream().map(Fault::mishap).toList());
    }

    List<Fault> happened() {
      List<Fault> happened = new ArrayList<>();
      for (int i = 0; i < mishapMarkers.size(); i++) {
        Fault fault = schedule.faults().get(i);
        boolean told = Files.exists(markers.resolve(mishapMarkers.get(i)));
        if (fault.kind() == FaultKind.KILL_WORKER ? workerKilled : told) {
          happened.add(fault);
        }
      }
      return happened;
    }

    long happened(FaultKind kind) {
      return happened().stream().filter(fault -> fault.kind() == kind).count();
    }

    /** Whether the run's folder holds a run that is not finished. */
    boolean isUnfinished() {
      return Files.exists(run.resolve(RunFiles.RUN))
          && !Files.exists(run.resolve(RunFiles.SUCCESS));
    }
  }

  /**
   * Runs a schedule; its folder is gone afterwards, unless it fails.
   *
   * @throws FailedScheduleException where anything is not as it has to be
   */
  ScheduleResult run(FaultSchedule schedule) throws IOException, InterruptedException {
    RunContent expected = references.content(schedule.method());
    State state = new State(schedule, folder.resolve("schedule-%04d".formatted(schedule.number())));
    FileUtils.deleteDirectory(state.folder.toFile());
    Files.createDirectories(state.markers);
    long begun = System.nanoTime();
    try {
      int code;
      do {
        code = command(state);
      } while (code != 0);
      List<String> differences = RunContent.of(state.run).differences(expected);
      if (!differences.isEmpty()) {
        throw failed(state, String.join("; ", differences));
      }
    } finally {
      if (state.workerKilled) {
        standalone.orElseThrow().addWorker();
        newestWorker++;
      }
    }
    List<Fault> happened = state.happened();
    FileUtils.deleteDirectory(state.folder.toFile());
    return new ScheduleResult(
        schedule,
        happened,
        state.commands,
        state.stepsTwice,
        expected.delta(),
        Duration.ofNanos(System.nanoTime() - begun));
  }

  /** Gives the command once, and returns its exit code, which is 0 or a fault's. */
  private int command(State state) throws IOException, InterruptedException {
    Cluster cluster = state.schedule.cluster(state.commands++);
    Path journal = state.markers.resolve(Mishaps.JOURNAL);
    Files.deleteIfExists(journal);
    int begun = RunProgress.begins(state.run).size();
    boolean goesOn = state.isUnfinished();
    long deaths = state.happened(FaultKind.KILL_DRIVER);
    long fullDisks = state.happened(FaultKind.FILL_DISK);
    Path process = state.folder.resolve("command-%d".formatted(state.commands));
    Outcome outcome;
    try (Running running = submit(state, cluster).start(process, arguments(state))) {
      outcome = await(state, running);
    } finally {
      Files.deleteIfExists(state.markers.resolve(Mishaps.DISK_FULL));
    }
    bury(state);
    int code = outcome.exitCode();
    boolean dead = code == Mishaps.HALTED && state.happened(FaultKind.KILL_DRIVER) > deaths;
    boolean full =
        state.happened(FaultKind.FILL_DISK) > fullDisks && outcome.output().contains(FULL_DISK);
    if (code != 0 && !dead && !full) {
      throw failed(
          state,
          "exit code %d, and no fault that ends a command:%n%s".formatted(code, outcome.output()));
    }
    List<Integer> begins = RunProgress.begins(state.run);
    if (code == 0 && goesOn && begins.size() != begun + 1) {
      throw failed(state, "the run was begun anew: " + begins);
    }
    checkBegin(state, begun, begins);
    List<String> jobs = Files.exists(journal) ? Files.readAllLines(journal) : List.of();
    if (!jobs.isEmpty()) {
      state.reached =
          Optional.of(RunProgress.of(jobs, state.run, state.schedule.method().trainsEverything()));
    }
    return code;
  }

  private Outcome await(State state, Running running) throws IOException, InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    Path told = state.markers.resolve(Mishap.Kind.TELL.marker());
    while (running.isAlive()) {
      if (!state.workerKilled && Files.exists(told)) {
        standalone.orElseThrow().killWorker(newestWorker);
        state.workerKilled = true;
      }
      if (System.nanoTime() > end) {
        running.kill();
        throw failed(state, "no end after " + LIMIT + ":\n" + running.output());
      }
      Thread.sleep(LOOK_MILLIS);
    }
    return running.end(Duration.ofSeconds(1));
  }

  /** No process of a command may live long after it. */
  private void bury(State state) throws InterruptedException {
    long end = System.nanoTime() + BURIAL.toNanos();
    List<ProcessHandle> left = Orphans.of(state.folder);
    while (!left.isEmpty()) {
      if (System.nanoTime() > end) {
        left.forEach(ProcessHandle::destroyForcibly);
        throw failed(state, "processes outlive their command: " + left);
      }
      Thread.sleep(LOOK_MILLIS);
      left = Orphans.of(state.folder);
    }
  }

  /** Nothing that was saved is computed again, and of what was due one state at most was not. */
  private void checkBegin(State state, int before, List<Integer> begins) {
    if (begins.size() == before || state.reached.isEmpty()) {
      return;
    }
    int step = begins.get(begins.size() - 1);
    RunProgress reached = state.reached.get();
    if (step < reached.saved().orElse(0)) {
      throw failed(state, "went on from step %d, and %s".formatted(step, reached));
    }
    // A full disk takes no states.
    int interval = state.schedule.method().trainsEverything() ? 1 : Method.EVAL_STEPS;
    if (step < reached.due() - interval && state.happened(FaultKind.FILL_DISK) == 0) {
      throw failed(
          state,
          "went on from step %d, %d are one interval, and %s".formatted(step, interval, reached));
    }
    state.stepsTwice = Math.max(state.stepsTwice, reached.step() - step);
  }

  private static FailedScheduleException failed(State state, String why) {
    return new FailedScheduleException(
        "%s%n  command %d: %s%n  kept: %s%n  again: %s"
            .formatted(
                state.schedule, state.commands, why, state.folder, state.schedule.command()));
  }

  private SparkSubmit submit(State state, Cluster cluster)
      throws IOException, InterruptedException {
    FaultSchedule schedule = state.schedule;
    List<Mishap> mishaps =
        schedule.faults().stream()
            .filter(fault -> fault.kind().clusters().contains(cluster))
            .map(Fault::mishap)
            .toList();
    SparkSubmit submit =
        SparkSubmit.on(home, master(cluster))
            .mishaps(mishaps, state.markers)
            .conf(Mishaps.OUTPUT, state.run)
            .conf("spark.log.level", "WARN")
            .conf(
                "spark.executor.extraJavaOptions",
                SparkSubmit.VECTORS + " " + Orphans.mark(state.folder));
    if (cluster.hasExecutors()) {
      submit.conf("spark.cores.max", 2).conf("spark.executor.cores", 1);
    }
    if (schedule.partitions() > 0) {
      submit.conf("spark.sparsetune.partitions", schedule.partitions());
    }
    if (schedule.speculation()) {
      submit
          .conf("spark.speculation", true)
          .conf("spark.speculation.interval", "20ms")
          .conf("spark.speculation.multiplier", "1.1")
          .conf("spark.speculation.quantile", "0.5")
          .conf("spark.speculation.minTaskRuntime", "10ms");
    }
    if (schedule.dynamicAllocation() && cluster.hasExecutors()) {
      submit
          .conf("spark.dynamicAllocation.enabled", true)
          .conf("spark.dynamicAllocation.shuffleTracking.enabled", true)
          .conf("spark.dynamicAllocation.initialExecutors", 1)
          .conf("spark.dynamicAllocation.executorIdleTimeout", "2s")
          .conf("spark.dynamicAllocation.cachedExecutorIdleTimeout", "4s");
    }
    if (schedule.has(FaultKind.FILL_DISK)) {
      submit
          .conf("spark.hadoop.fs.frail.impl", FrailFileSystem.class.getName())
          .conf("spark.hadoop." + FrailFileSystem.FULL, state.markers.resolve(Mishaps.DISK_FULL));
    }
    return submit;
  }

  private String master(Cluster cluster) throws IOException, InterruptedException {
    if (cluster != Cluster.STANDALONE) {
      return cluster.toString();
    }
    if (standalone.isEmpty()) {
      StandaloneCluster.Settings settings = StandaloneCluster.Settings.TWO_WORKERS;
      standalone =
          Optional.of(StandaloneCluster.start(home, folder.resolve("standalone"), settings));
      newestWorker = settings.workers() - 1;
    }
    return standalone.get().master();
  }

  private String[] arguments(State state) {
    FaultSchedule schedule = state.schedule;
    List<String> settings = new ArrayList<>(references.settings(schedule.method()));
    // Only a file system of one's own can be full.
    String scheme = schedule.has(FaultKind.FILL_DISK) ? "frail://" : "";
    if (schedule.method().trainsEverything() || schedule.method().hasRounds()) {
      settings.add("training.save_dense_seconds=0");
    }
    if (!schedule.method().trainsEverything()) {
      settings.add("training.save_seconds=" + (schedule.savesAlways() ? 0 : 3600));
    }
    if (schedule.tenFiles()) {
      settings.add("data.train=" + references.toy().folder().resolve("ten"));
    }
    return SparkSubmit.train(
        references.toy().file(), scheme + state.run, settings.toArray(String[]::new));
  }

  /** Ends the cluster; the folder stays. */
  @Override
  public void close() {
    standalone.ifPresent(StandaloneCluster::close);
    session.stop();
  }
}
