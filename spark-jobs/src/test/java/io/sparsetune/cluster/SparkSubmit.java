package io.sparsetune.cluster;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One call of spark-submit on the finished application jar, in a JVM of its own. */
final class SparkSubmit {
  private static final Path APPLICATION = Path.of(System.getProperty("application.jar"));
  private static final String VECTORS = "--add-modules jdk.incubator.vector";

  private final Path home;
  private final String master;
  private final Map<String, String> conf = new LinkedHashMap<>();
  private String driverMemory = "1g";

  private SparkSubmit(Path home, String master) {
    this.home = home;
    this.master = master;
    conf.put("spark.ui.enabled", "false");
    conf.put("spark.executor.extraJavaOptions", VECTORS);
  }

  /** On the Spark that the jar is built for. */
  static SparkSubmit on(String master) {
    return new SparkSubmit(Path.of(System.getProperty("spark.home")), master);
  }

  /** On the oldest Spark that the jar promises to run on. */
  static SparkSubmit onSpark35(String master) {
    return new SparkSubmit(Path.of(System.getProperty("spark-3.5.home")), master);
  }

  SparkSubmit conf(String key, Object value) {
    conf.put(key, value.toString());
    return this;
  }

  SparkSubmit driverMemory(String memory) {
    this.driverMemory = memory;
    return this;
  }

  /** Lets a task fail, an executor die or the driver die; see {@link Mishaps}. */
  SparkSubmit mishap(String kind, int number, Path markers) throws IOException {
    Files.createDirectories(markers);
    String jar = System.getProperty("test.jar");
    return conf("spark.plugins", Mishaps.class.getName())
        .conf("spark.driver.extraClassPath", jar)
        .conf("spark.executor.extraClassPath", jar)
        .conf(Mishaps.MARKERS, markers)
        .conf(kind, number);
  }

  SparkSubmit eventLog(Path folder) throws IOException {
    Files.createDirectories(folder);
    return conf("spark.eventLog.enabled", "true")
        .conf("spark.eventLog.dir", folder.toUri())
        .conf("spark.eventLog.compress", "false")
        .conf("spark.eventLog.rolling.enabled", "false");
  }

  /** What came out: exit code and everything printed. */
  record Outcome(int exitCode, String output) {}

  /** Runs the application with those arguments and waits, at most five minutes. */
  Outcome run(Path folder, String... arguments) throws IOException, InterruptedException {
    try (Running running = start(folder, arguments)) {
      return running.end(Duration.ofMinutes(5));
    }
  }

  /** Starts the application with those arguments. */
  Running start(Path folder, String... arguments) throws IOException {
    Files.createDirectories(folder);
    Path output = Files.createTempFile(folder, "output", ".txt");
    List<String> command = command(folder, arguments);
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().put("SPARK_HOME", home.toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.13");
    builder.environment().put("SPARK_LOCAL_HOSTNAME", "localhost");
    builder.environment().put("SPARK_LOCAL_DIRS", folder.toAbsolutePath().toString());
    builder.redirectErrorStream(true).redirectOutput(output.toFile());
    return new Running(builder.start(), output);
  }

  private List<String> command(Path folder, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(System.getProperty("test.jvm.opens").trim().split("\\s+")));
    command.add("-Xmx" + driverMemory);
    command.add("-Djava.io.tmpdir=" + folder.toAbsolutePath());
    command.add("-cp");
    String classPath = home.resolve("jars") + File.separator + "*";
    String extra = conf.get("spark.driver.extraClassPath");
    command.add(extra == null ? classPath : extra + File.pathSeparator + classPath);
    command.add("org.apache.spark.deploy.SparkSubmit");
    command.addAll(List.of("--master", master, "--class", "io.sparsetune.cli.Main"));
    conf.forEach((key, value) -> command.addAll(List.of("--conf", key + "=" + value)));
    command.add(APPLICATION.toString());
    command.addAll(List.of(arguments));
    return command;
  }

  /** A call that has begun; closing it kills the driver if it lives. */
  static final class Running implements AutoCloseable {
    private final Process process;
    private final Path output;

    private Running(Process process, Path output) {
      this.process = process;
      this.output = output;
    }

    /** What it has printed so far. */
    String output() throws IOException {
      return tail(output);
    }

    boolean isAlive() {
      return process.isAlive();
    }

    /** Asks it to end, by SIGTERM. */
    void terminate() {
      process.destroy();
    }

    /** Waits for its end. */
    Outcome end(Duration atMost) throws IOException, InterruptedException {
      if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("No end after %s:%n%s".formatted(atMost, tail(output)));
      }
      return new Outcome(process.exitValue(), tail(output));
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  private static String tail(Path output) throws IOException {
    String all = Files.readString(output);
    return all.substring(Math.max(0, all.length() - 20_000));
  }
}
