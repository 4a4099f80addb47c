package io.sparsetune.cluster;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One call of spark-submit on the finished application jar, in a JVM of its own. */
public final class SparkSubmit {
  private static final Path APPLICATION = Path.of(System.getProperty("application.jar"));

  /** Starts in half the time, and computes the same bits. */
  private static final String SOON_READY =
      "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dsparsetune.kernels=scalar";

  /** What users' drivers and executors have. */
  private static final String FAST = "--add-modules jdk.incubator.vector";

  private final Path home;
  private final String master;
  private final Map<String, String> conf = new LinkedHashMap<>();
  private final Map<String, String> environment = new LinkedHashMap<>();
  private final List<Mishap> mishaps = new ArrayList<>();
  private final List<String> executorOptions = new ArrayList<>();
  private String javaOptions = SOON_READY;
  private String driverMemory = "1g";
  private Path java = Path.of(System.getProperty("java.home"));

  private SparkSubmit(Path home, String master) {
    this.home = home;
    this.master = master;
    conf.put("spark.ui.enabled", "false");
  }

  /** On the Spark that the jar is built for. */
  public static SparkSubmit on(String master) {
    return on(Path.of(System.getProperty("spark.home")), master);
  }

  /** On the Spark of that home. */
  public static SparkSubmit on(Path home, String master) {
    return new SparkSubmit(home, master);
  }

  /** On the oldest Spark that the jar promises to run on. */
  static SparkSubmit onSpark35(String master) {
    return new SparkSubmit(Path.of(System.getProperty("spark-3.5.home")), master);
  }

  public SparkSubmit conf(String key, Object value) {
    conf.put(key, value.toString());
    return this;
  }

  /** Sets a variable of the environment, such as {@code HADOOP_CONF_DIR}. */
  public SparkSubmit environment(String name, Object value) {
    environment.put(name, value.toString());
    return this;
  }

  /** Adds an entry to the class path of the driver and of the executors. */
  public SparkSubmit classPath(String entry) {
    for (String jvm : List.of("driver", "executor")) {
      conf.merge("spark." + jvm + ".extraClassPath", entry, (first, last) -> first + ":" + last);
    }
    return this;
  }

  /** Takes the JDK in that folder for the driver and, on a local cluster, for the executors. */
  public SparkSubmit java(Path home) {
    this.java = home;
    return environment("JAVA_HOME", home);
  }

  public SparkSubmit driverMemory(String memory) {
    this.driverMemory = memory;
    return this;
  }

  /** Lets the JVMs compute as fast as they can, once they are warm, with the vector kernels. */
  public SparkSubmit fast() {
    this.javaOptions = FAST;
    return this;
  }

  /** Adds an option of the executors' JVMs. */
  public SparkSubmit executorOption(String option) {
    executorOptions.add(option);
    return this;
  }

  /** Lets the driver run in the cluster, by {@code --deploy-mode cluster}. */
  public SparkSubmit clusterMode() {
    return conf("spark.submit.deployMode", "cluster").conf("spark.driver.memory", driverMemory);
  }

  /** Lets something go wrong at the sparse step of that number; see {@link Mishap}. */
  public SparkSubmit mishap(Mishap.Kind kind, int number, Path markers) throws IOException {
    return mishap(kind, "step", number, markers);
  }

  /** Lets something go wrong at a job; see {@link Mishap}. */
  public SparkSubmit mishap(Mishap.Kind kind, String at, int number, Path markers)
      throws IOException {
    return mishaps(List.of(new Mishap(kind, at, number, Duration.ZERO)), markers);
  }

  /** Lets these happen too. */
  public SparkSubmit mishaps(List<Mishap> more, Path markers) throws IOException {
    Files.createDirectories(markers);
    if (!conf.containsKey("spark.plugins")) {
      classPath(System.getProperty("test.jar"));
    }
    mishaps.addAll(more);
    return conf("spark.plugins", Mishaps.class.getName())
        .conf(Mishaps.MARKERS, markers)
        .conf(Mishaps.LIST, Mishap.text(mishaps));
  }

  public SparkSubmit eventLog(Path folder) throws IOException {
    Files.createDirectories(folder);
    return conf("spark.eventLog.enabled", "true")
        .conf("spark.eventLog.dir", folder.toUri())
        .conf("spark.eventLog.compress", "false")
        .conf("spark.eventLog.rolling.enabled", "false");
  }

  /** What came out: exit code and everything printed. */
  public record Outcome(int exitCode, String output) {}

  /**
   * The command that trains.
   *
   * @param config the path of a configuration
   * @param output where the run goes
   * @param overrides of the configuration, each {@code key=value}
   */
  public static String[] train(Object config, Object output, String... overrides) {
    List<String> arguments =
        new ArrayList<>(List.of("train", config.toString(), "--set", "output=" + output));
    for (String override : overrides) {
      arguments.addAll(List.of("--set", override));
    }
    return arguments.toArray(String[]::new);
  }

  /** Runs the application with those arguments and waits, at most fifteen minutes. */
  public Outcome run(Path folder, String... arguments) throws IOException, InterruptedException {
    try (Running running = start(folder, arguments)) {
      return running.end(Duration.ofMinutes(15));
    }
  }

  /** Starts the application with those arguments. */
  public Running start(Path folder, String... arguments) throws IOException {
    Files.createDirectories(folder);
    Path output = Files.createTempFile(folder, "output", ".txt");
    List<String> command = command(folder, arguments);
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    // Settings of the machine's own Spark, Hadoop and stores are not those of the tests.
    builder.environment().keySet().removeIf(name -> name.matches("(SPARK|HADOOP|YARN|AWS)_.*"));
    builder.environment().put("SPARK_HOME", home.toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.13");
    builder.environment().put("SPARK_LOCAL_HOSTNAME", "localhost");
    builder.environment().put("SPARK_LOCAL_DIRS", folder.toAbsolutePath().toString());
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true).redirectOutput(output.toFile());
    return new Running(builder.start(), output);
  }

  private List<String> command(Path folder, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(java.resolve("bin/java").toString());
    command.addAll(List.of(System.getProperty("test.jvm.opens").trim().split("\\s+")));
    command.addAll(List.of(javaOptions.split(" ")));
    command.add("-Xmx" + driverMemory);
    command.add("-Djava.io.tmpdir=" + folder.toAbsolutePath());
    command.add("-cp");
    String classPath = home.resolve("jars") + File.separator + "*";
    String extra = conf.get("spark.driver.extraClassPath");
    String hadoop = environment.get("HADOOP_CONF_DIR");
    command.add(
        Stream.of(extra, classPath, hadoop)
            .filter(Objects::nonNull)
            .collect(Collectors.joining(File.pathSeparator)));
    command.add("org.apache.spark.deploy.SparkSubmit");
    command.addAll(List.of("--master", master, "--class", "io.sparsetune.cli.Main"));
    command.addAll(List.of("--conf", "spark.driver.extraJavaOptions=" + javaOptions));
    String executors = String.join(" ", executorOptions);
    command.addAll(
        List.of("--conf", "spark.executor.extraJavaOptions=" + javaOptions + " " + executors));
    conf.forEach((key, value) -> command.addAll(List.of("--conf", key + "=" + value)));
    command.add(APPLICATION.toString());
    command.addAll(List.of(arguments));
    return command;
  }

  /** A call that has begun; closing it kills the driver if it lives. */
  public static final class Running implements AutoCloseable {
    private static final Set<Process> OPEN = ConcurrentHashMap.newKeySet();

    static {
      // The tests' own end by a signal is not that of what they have started.
      Runtime.getRuntime()
          .addShutdownHook(new Thread(() -> OPEN.forEach(Process::destroyForcibly)));
    }

    private final Process process;
    private final Path output;

    private Running(Process process, Path output) {
      this.process = process;
      this.output = output;
      OPEN.add(process);
    }

    /** What it has printed so far. */
    public String output() throws IOException {
      return tail(output);
    }

    public boolean isAlive() {
      return process.isAlive();
    }

    /** The process that was started. */
    public ProcessHandle process() {
      return process.toHandle();
    }

    /** Ends it by SIGKILL. */
    public void kill() {
      process.destroyForcibly();
    }

    /** Asks it to end, by SIGTERM. */
    public void terminate() {
      process.destroy();
    }

    /** Waits for its end. */
    public Outcome end(Duration atMost) throws IOException, InterruptedException {
      if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("No end after %s:%n%s".formatted(atMost, tail(output)));
      }
      return new Outcome(process.exitValue(), tail(output));
    }

    @Override
    public void close() {
      process.destroyForcibly();
      OPEN.remove(process);
    }
  }

  private static String tail(Path output) throws IOException {
    // It may end within a character.
    String all = new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
    return all.substring(Math.max(0, all.length() - 20_000));
  }
}
