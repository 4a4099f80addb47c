package io.sparsetune.clusters;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;

/**
 * HDFS with two data nodes and YARN with two node managers, in one process of their own on this
 * machine; see {@link MiniHadoop}. They listen where this machine's name leads to, which is the
 * loopback interface on most. Not thread-safe.
 */
public final class HadoopCluster implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(5);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ServerProcess server;
  private final Path folder;
  private final Configuration conf = new Configuration();
  private int commands;

  private HadoopCluster(ServerProcess server, Path folder) {
    this.server = server;
    this.folder = folder;
  }

  /** Starts it out of a folder {@code jars} in the home, and waits until its nodes are there. */
  public static HadoopCluster start(Path home, Path folder)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(System.getProperty("test.jvm.opens").trim().split("\\s+")));
    command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-Djava.io.tmpdir=" + folder));
    command.addAll(List.of("-Dlog4j.configuration=mini-hadoop.properties", "-cp"));
    command.add(classes() + File.pathSeparator + home.resolve("jars") + File.separator + "*");
    command.addAll(List.of(MiniHadoop.class.getName(), folder.toString()));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    HadoopCluster cluster =
        new HadoopCluster(ServerProcess.start(builder, folder.resolve("hadoop.log")), folder);
    try {
      cluster.server.await(START, () -> cluster.server.output().contains(MiniHadoop.READY));
      for (String file : List.of("core-site.xml", "hdfs-site.xml", "yarn-site.xml")) {
        cluster.conf.addResource(
            new org.apache.hadoop.fs.Path(cluster.configuration().resolve(file).toUri()));
      }
      return cluster;
    } catch (Throwable e) {
      cluster.close();
      throw e;
    }
  }

  /** The folder of this class, and so of those that the process needs. */
  private static Path classes() {
    try {
      return Path.of(
          HadoopCluster.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (java.net.URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The folder for {@code HADOOP_CONF_DIR}. */
  public Path configuration() {
    return folder.resolve("conf");
  }

  /** The root of its HDFS, with host and port: {@code hdfs://localhost:12345}. */
  public String root() {
    return conf.get("fs.defaultFS");
  }

  /** Its HDFS. */
  public FileSystem files() throws IOException {
    return FileSystem.get(URI.create(root()), conf);
  }

  /** Copies a folder or a file of this machine to a path of its HDFS. */
  public void put(Path local, String path) throws IOException {
    files()
        .copyFromLocalFile(
            new org.apache.hadoop.fs.Path(local.toUri()), new org.apache.hadoop.fs.Path(path));
  }

  /** The bytes of a file of its HDFS. */
  public byte[] read(String path) throws IOException {
    try (var in = files().open(new org.apache.hadoop.fs.Path(path))) {
      return in.readAllBytes();
    }
  }

  public boolean exists(String path) throws IOException {
    return files().exists(new org.apache.hadoop.fs.Path(path));
  }

  /** Stops a data node; number is 0 or 1. */
  public void stopDataNode(int number) throws IOException, InterruptedException {
    command(MiniHadoop.STOP_DATA_NODE, number);
  }

  /** Stops a node manager, and so its containers; number is 0 or 1. */
  public void stopNodeManager(int number) throws IOException, InterruptedException {
    command(MiniHadoop.STOP_NODE_MANAGER, number);
  }

  private void command(String word, int number) throws IOException, InterruptedException {
    OutputStream in = server.process().getOutputStream();
    in.write((word + " " + number + "\n").getBytes(StandardCharsets.UTF_8));
    in.flush();
    int wanted = ++commands;
    server.await(START, () -> answers() >= wanted);
  }

  private long answers() throws IOException {
    return Pattern.compile(MiniHadoop.DONE).matcher(server.output()).results().count();
  }

  /**
   * The processes of application masters that are alive; in cluster mode the driver is in there.
   */
  public List<ProcessHandle> applicationMasters() {
    return containers("org.apache.spark.deploy.yarn.ApplicationMaster", "ExecutorLauncher");
  }

  /** The processes of executors that are alive. */
  public List<ProcessHandle> executors() {
    return containers("YarnCoarseGrainedExecutorBackend");
  }

  /** The Java processes, not the shells that start them and hold the same words. */
  private List<ProcessHandle> containers(String... mainClasses) {
    return server
        .process()
        .descendants()
        .filter(
            process -> {
              String line = CommandLines.of(process);
              int end = line.indexOf(' ');
              return end > 0
                  && line.substring(0, end).endsWith("/java")
                  && List.of(mainClasses).stream().anyMatch(line::contains);
            })
        .toList();
  }

  /**
   * An application, as the resource manager reports it.
   *
   * @param id such as {@code application_1700000000000_0001}
   * @param name what users see
   * @param state such as {@code FINISHED}
   * @param finalStatus such as {@code SUCCEEDED} or {@code FAILED}
   * @param diagnostics why it has failed; empty where nothing is said
   * @param attempts how often its application master was started
   */
  public record Application(
      String id, String name, String state, String finalStatus, String diagnostics, int attempts) {}

  /** The applications that were submitted with this value of {@code spark.yarn.tags}. */
  public List<Application> applications(String tag) throws IOException {
    List<Application> applications = new ArrayList<>();
    String query =
        "apps?applicationTags="
            + URLEncoder.encode(tag, StandardCharsets.UTF_8).toLowerCase(Locale.ROOT);
    for (JsonNode app : resourceManager(query).path("apps").path("app")) {
      String id = app.path("id").asText();
      JsonNode attempts = resourceManager("apps/" + id + "/appattempts");
      applications.add(
          new Application(
              id,
              app.path("name").asText(),
              app.path("state").asText(),
              app.path("finalStatus").asText(),
              app.path("diagnostics").asText(),
              attempts.path("appAttempts").path("appAttempt").size()));
    }
    return applications;
  }

  private JsonNode resourceManager(String query) throws IOException {
    String address = conf.get("yarn.resourcemanager.webapp.address");
    URI uri = URI.create("http://" + address + "/ws/v1/cluster/" + query);
    var connection = uri.toURL().openConnection();
    connection.setRequestProperty("Accept", "application/json");
    try (var in = connection.getInputStream()) {
      return JSON.readTree(in.readAllBytes());
    }
  }

  /** Everything that the containers of an application have printed. */
  public String logs(String application) throws IOException {
    StringBuilder all = new StringBuilder();
    try (var files = Files.walk(folder.resolve("target"))) {
      for (Path file :
          files
              .filter(Files::isRegularFile)
              .filter(path -> path.toString().contains("/" + application + "/container_"))
              .filter(path -> path.getFileName().toString().startsWith("std"))
              .toList()) {
        all.append("== ").append(file).append('\n').append(Files.readString(file)).append('\n');
      }
    }
    return all.toString();
  }

  /** Ends the process and all containers, and waits until they are gone. */
  @Override
  public void close() {
    server.close();
  }
}
