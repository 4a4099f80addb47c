package io.sparsetune.clusters;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A standalone cluster of Spark on the loopback interface: a master and workers, each in a JVM of
 * its own, on free ports. Not thread-safe.
 */
public final class StandaloneCluster implements AutoCloseable {
  private static final Pattern MASTER = Pattern.compile("Starting Spark master at (spark://\\S+)");
  private static final Pattern PAGE =
      Pattern.compile("Bound Master\\w*UI .* started at (http://\\S+)");
  private static final Duration START = Duration.ofMinutes(5);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path home;
  private final Path folder;
  private final Settings settings;
  private final List<ServerProcess> workers = new ArrayList<>();
  private ServerProcess server;
  private String master;
  private URI page;

  private StandaloneCluster(Path home, Path folder, Settings settings) {
    this.home = home;
    this.folder = folder;
    this.settings = settings;
  }

  /**
   * The resources that each of the workers offers.
   *
   * @param workers how many there are
   * @param cores of each
   * @param memoryMiB of each, for its executors and drivers together
   */
  public record Settings(int workers, int cores, int memoryMiB) {
    /** Two workers, each with room for two executors of one core and 1 GiB. */
    public static final Settings TWO_WORKERS = new Settings(2, 2, 3072);
  }

  /** Starts one on a Spark home, and waits until all workers are registered. */
  public static StandaloneCluster start(Path home, Path folder, Settings settings)
      throws IOException, InterruptedException {
    StandaloneCluster cluster = new StandaloneCluster(home, folder, settings);
    try {
      cluster.startMaster();
      for (int i = 0; i < settings.workers(); i++) {
        cluster.addWorker();
      }
      return cluster;
    } catch (Throwable e) {
      cluster.close();
      throw e;
    }
  }

  /** The address for {@code --master}. */
  public String master() {
    return master;
  }

  /** Names of the workers that are alive for the master. */
  private Set<String> workersAlive() throws IOException {
    Set<String> alive = new HashSet<>();
    for (JsonNode worker : state().path("workers")) {
      if (worker.path("state").asText().equals("ALIVE")) {
        alive.add(worker.path("id").asText());
      }
    }
    return alive;
  }

  /** The state of each driver of cluster mode that the master has completed. */
  public List<String> completedDrivers() throws IOException {
    List<String> states = new ArrayList<>();
    for (JsonNode driver : state().path("completeddrivers")) {
      states.add(driver.path("state").asText());
    }
    return states;
  }

  /** Starts one more worker, and waits until it is registered. */
  public void addWorker() throws IOException, InterruptedException {
    Set<String> before = workersAlive();
    String name = "worker-" + workers.size();
    ServerProcess worker =
        start(
            name,
            "org.apache.spark.deploy.worker.Worker",
            "--cores",
            Integer.toString(settings.cores()),
            "--memory",
            settings.memoryMiB() + "m",
            "--work-dir",
            folder.resolve(name).toString(),
            master);
    workers.add(worker);
    worker.await(START, () -> !before.containsAll(workersAlive()));
  }

  /** Ends the process of a worker by SIGKILL; number counts from 0 in the order of their start. */
  public void killWorker(int number) {
    workers.get(number).kill();
  }

  private void startMaster() throws IOException, InterruptedException {
    server = start("master", "org.apache.spark.deploy.master.Master");
    server.await(START, () -> MASTER.matcher(server.output()).find());
    server.await(START, () -> PAGE.matcher(server.output()).find());
    master = found(MASTER);
    page = URI.create(found(PAGE));
  }

  private String found(Pattern pattern) throws IOException {
    Matcher matcher = pattern.matcher(server.output());
    if (!matcher.find()) {
      throw new IllegalStateException("The master does not say " + pattern);
    }
    return matcher.group(1);
  }

  private ServerProcess start(String name, String mainClass, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(System.getProperty("test.jvm.opens").trim().split("\\s+")));
    // The REST server is of no use here, and others may have its port.
    command.add("-Dspark.master.rest.enabled=false");
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-cp"));
    command.add(home.resolve("jars") + File.separator + "*");
    command.add(mainClass);
    command.addAll(List.of("--host", "localhost", "--port", "0", "--webui-port", "0"));
    command.addAll(List.of(arguments));
    Files.createDirectories(folder);
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().put("SPARK_HOME", home.toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.13");
    builder.environment().put("SPARK_LOCAL_HOSTNAME", "localhost");
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    builder.environment().put("SPARK_LOCAL_DIRS", folder.resolve("local").toString());
    return ServerProcess.start(builder, folder.resolve(name + ".log"));
  }

  private JsonNode state() throws IOException {
    try (var in = page.resolve("/json/").toURL().openStream()) {
      return JSON.readTree(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  /** Ends all processes of the cluster and waits until they are gone. */
  @Override
  public void close() {
    workers.forEach(ServerProcess::close);
    if (server != null) {
      server.close();
    }
  }
}
