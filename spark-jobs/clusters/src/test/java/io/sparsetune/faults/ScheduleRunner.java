package io.sparsetune.faults;

import io.sparsetune.cluster.Mishap;
import io.sparsetune.cluster.Mishaps;
import io.sparsetune.cluster.SparkSubmit;
import io.sparsetune.cluster.SparkSubmit.Outcome;
import io.sparsetune.cluster.SparkSubmit.Running;
import io.sparsetune.clusters.HadoopCluster;
import io.sparsetune.clusters.StandaloneCluster;
import io.sparsetune.files.RunFiles;
import io.sparsetune.testing.FrailFileSystem;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.io.FileUtils;
import org.apache.spark.sql.SparkSession;

/**
 * Runs schedules, one after the other: gives the command of each again until it ends well, and
 * compares what is left with a run that nothing has happened to. One cluster of each kind serves
 * them all.
 */
final class ScheduleRunner implements AutoCloseable {
  /** A command that takes longer hangs. */
  private static final Duration LIMIT = Duration.ofMinutes(15);

  private static final Duration BURIAL = Duration.ofMinutes(3);
  private static final String FULL_DISK = "No space left on device";
  private static final long LOOK_MILLIS = 10;

  /** More executors and drivers of one command do not die. */
  private static final int MOST_DEATHS = 10;

  private final Path home;
  private final Path folder;
  private final SparkSession session;
  private final References references;
  private Optional<StandaloneCluster> standalone = Optional.empty();
  private Optional<HadoopCluster> hadoop = Optional.empty();

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

    /** Where everything is that {@link References} has on this machine. */
    private final String root;

    /** The run's folder, as the command names it. */
    private final String output;

    /** The run's folder, or a copy of it as it was when a command ended. */
    private final Path run;

    private final Path markers;
    private final List<String> mishapMarkers;
    private int commands;
    private int stepsTwice;
    private final Set<FaultKind> nodesKilled = EnumSet.noneOf(FaultKind.class);

    /** Where the run was when a command ended; empty before the first end. */
    private Optional<RunProgress> reached = Optional.empty();

    State(FaultSchedule schedule, Path folder, String root) {
      this.schedule = schedule;
      this.folder = folder;
      this.root = root;
      this.output = root + "/" + folder.getFileName() + "/run";
      this.run = folder.resolve("run");
      this.markers = folder.resolve("markers");
      this.mishapMarkers = Mishap.markers(schedule.faults().stream().map(Fault::mishap).toList());
    }

    List<Fault> happened() {
      List<Fault> happened = new ArrayList<>();
      for (int i = 0; i < mishapMarkers.size(); i++) {
        Fault fault = schedule.faults().get(i);
        if (fault.kind().isOfNodes() ? nodesKilled.contains(fault.kind()) : isTold(i)) {
          happened.add(fault);
        }
      }
      return happened;
    }

    private boolean isTold(int number) {
      return Files.exists(markers.resolve(mishapMarkers.get(number)));
    }

    /** Kinds of nodes whose moment has come, and that live. */
    List<FaultKind> nodesDue() {
      List<FaultKind> due = new ArrayList<>();
      for (int i = 0; i < mishapMarkers.size(); i++) {
        FaultKind kind = schedule.faults().get(i).kind();
        if (kind.isOfNodes() && !nodesKilled.contains(kind) && isTold(i)) {
          due.add(kind);
        }
      }
      return due;
    }

    /** Which of two nodes is killed. */
    int node() {
      return schedule.number() % 2;
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
    Path place = folder.resolve("schedule-%04d".formatted(schedule.number()));
    String root = schedule.isOnHdfs() ? hadoop().root() : folder.toString();
    State state = new State(schedule, place, root);
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
    } catch (FailedScheduleException e) {
      Orphans.of(state.folder, state.output).forEach(ProcessHandle::destroyForcibly);
      throw e;
    } catch (IOException | RuntimeException e) {
      throw failed(state, e);
    } finally {
      for (FaultKind kind : state.nodesKilled) {
        startNode(kind, state.node());
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
    if (state.schedule.isOnHdfs()) {
      hadoop().get(path(state.output), state.run);
    }
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
    List<List<String>> drivers = Mishaps.drivers(journal);
    boolean trains = drivers.stream().flatMap(List::stream).anyMatch(job -> job.contains("step "));
    if (goesOn && (code == 0 || trains) && begins.size() <= begun) {
      throw failed(state, "the run was begun anew: " + begins);
    }
    for (int i = 0; i < drivers.size(); i++) {
      boolean last = i == drivers.size() - 1;
      if (last) {
        checkBegin(state, begun, begins);
      }
      reached(state, drivers.get(i), last, begins.subList(begun, last ? begins.size() : begun));
    }
    return code;
  }

  /** Takes down how far a driver has come; of one that another has followed, less is known. */
  private static void reached(State state, List<String> jobs, boolean last, List<Integer> begins)
      throws IOException {
    int begin = begins.isEmpty() ? 0 : begins.get(begins.size() - 1);
    RunProgress progress =
        RunProgress.of(jobs, begin, state.run, state.schedule.method().trainsEverything());
    RunProgress known = last ? progress : progress.withoutSaved();
    state.reached = Optional.of(state.reached.map(known::orBefore).orElse(known));
  }

  /** The path of a file of a file system that has a host. */
  private static String path(String uri) {
    return URI.create(uri).getPath();
  }

  private Outcome await(State state, Running running) throws IOException, InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (running.isAlive()) {
      for (FaultKind kind : state.nodesDue()) {
        killNode(kind, state.node());
        state.nodesKilled.add(kind);
      }
      if (System.nanoTime() > end) {
        running.kill();
        throw failed(state, "no end after " + LIMIT + ":\n" + running.output());
      }
      Thread.sleep(LOOK_MILLIS);
    }
    return running.end(Duration.ofSeconds(1));
  }

  private void killNode(FaultKind kind, int number) {
    switch (kind) {
      case KILL_WORKER -> standalone.orElseThrow().killWorker(newestWorker);
      case KILL_NODE_MANAGER -> hadoop.orElseThrow().killNodeManager(number);
      case KILL_DATA_NODE -> hadoop.orElseThrow().killDataNode(number);
      default -> throw new IllegalArgumentException("Not of a node: " + kind);
    }
  }

  private void startNode(FaultKind kind, int number) throws IOException, InterruptedException {
    switch (kind) {
      case KILL_WORKER -> {
        standalone.orElseThrow().addWorker();
        newestWorker++;
      }
      case KILL_NODE_MANAGER -> hadoop.orElseThrow().startNodeManager(number);
      case KILL_DATA_NODE -> hadoop.orElseThrow().startDataNode(number);
      default -> throw new IllegalArgumentException("Not of a node: " + kind);
    }
  }

  /** No process of a command may live long after it. */
  private void bury(State state) throws InterruptedException {
    long end = System.nanoTime() + BURIAL.toNanos();
    List<ProcessHandle> left = Orphans.of(state.folder, state.output);
    while (!left.isEmpty()) {
      if (System.nanoTime() > end) {
        left.forEach(ProcessHandle::destroyForcibly);
        throw failed(state, "processes outlive their command: " + left);
      }
      Thread.sleep(LOOK_MILLIS);
      left = Orphans.of(state.folder, state.output);
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

  private static FailedScheduleException failed(State state, Exception e) {
    StringWriter trace = new StringWriter();
    e.printStackTrace(new PrintWriter(trace));
    return failed(state, trace.toString());
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
        on(cluster)
            .mishaps(mishaps, state.markers)
            .conf(Mishaps.OUTPUT, state.output)
            .conf("spark.log.level", "WARN")
            .executorOption(Orphans.mark(state.folder));
    if (cluster.hasExecutors()) {
      submit
          .conf("spark.cores.max", 2)
          .conf("spark.executor.cores", 1)
          .conf("spark.executor.memory", "1g");
      if (!schedule.dynamicAllocation()) {
        submit.conf("spark.executor.instances", 2);
      }
    }
    if (cluster.isYarn()) {
      submit
          .conf("spark.yarn.max.executor.failures", MOST_DEATHS)
          .conf("spark.yarn.maxAppAttempts", MOST_DEATHS);
    }
    if (cluster == Cluster.YARN_CLUSTER) {
      submit.clusterMode();
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

  private SparkSubmit on(Cluster cluster) throws IOException, InterruptedException {
    if (cluster.isYarn()) {
      return hadoop().submit(home);
    }
    return SparkSubmit.on(
        home, cluster == Cluster.STANDALONE ? standaloneMaster() : cluster.toString());
  }

  /** The address of the standalone cluster's master. */
  private String standaloneMaster() throws IOException, InterruptedException {
    if (standalone.isEmpty()) {
      StandaloneCluster.Settings settings = StandaloneCluster.Settings.TWO_WORKERS;
      standalone =
          Optional.of(StandaloneCluster.start(home, folder.resolve("standalone"), settings));
      newestWorker = settings.workers() - 1;
    }
    return standalone.get().master();
  }

  private HadoopCluster hadoop() throws IOException, InterruptedException {
    if (hadoop.isEmpty()) {
      Path jars = Path.of(System.getProperty("hadoop.home"));
      hadoop = Optional.of(HadoopCluster.start(jars, folder.resolve("hadoop")));
      references.content(Method.RANDOM);
      hadoop.get().put(references.toy(), References.TOY);
      hadoop.get().put(references.run(Method.RANDOM), References.RUNS + Method.RANDOM);
    }
    return hadoop.get();
  }

  private String[] arguments(State state) {
    FaultSchedule schedule = state.schedule;
    List<String> settings = new ArrayList<>(references.settings(schedule.method(), state.root));
    // Only a file system of one's own can be full.
    String scheme = schedule.has(FaultKind.FILL_DISK) ? "frail://" : "";
    if (schedule.method().trainsEverything() || schedule.method().hasRounds()) {
      settings.add("training.save_dense_seconds=0");
    }
    if (!schedule.method().trainsEverything()) {
      settings.add("training.save_seconds=" + (schedule.savesAlways() ? 0 : 3600));
    }
    if (schedule.tenFiles()) {
      settings.add("data.train=" + state.root + References.TOY + "/ten");
    }
    return SparkSubmit.train(
        state.root + References.TOY + "/" + references.toy().file().getFileName(),
        scheme + state.output,
        settings.toArray(String[]::new));
  }

  /** Ends the clusters; the folder stays. */
  @Override
  public void close() {
    hadoop.ifPresent(HadoopCluster::close);
    standalone.ifPresent(StandaloneCluster::close);
    session.stop();
  }
}
