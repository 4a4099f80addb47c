package io.sparsetune.clusters;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparsetune.cluster.SparkSubmit;
import io.sparsetune.testing.ToyRun;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.protocol.HdfsConstants.DatanodeReportType;

/**
 * HDFS with two data nodes and YARN with two node managers, each a process of its own on this
 * machine, beside that of {@link MiniHadoop}. They listen where this machine's name leads to, which
 * is the loopback interface on most. Not thread-safe.
 */
public final class HadoopCluster implements AutoCloseable {
  private static final int NODES = 2;
  private static final Duration START = Duration.ofMinutes(5);
  private static final ObjectMapper JSON = new ObjectMapper();

  private static HadoopCluster shared;

  private final Path home;
  private final Path folder;
  private final Configuration conf = new Configuration();
  private final ServerProcess[] dataNodes = new ServerProcess[NODES];
  private final ServerProcess[] nodeManagers = new ServerProcess[NODES];
  private ServerProcess server;

  private HadoopCluster(Path home, Path folder) {
    this.home = home;
    this.folder = folder;
  }

  /**
   * The one of all test classes of this process, which starts when it is first asked for and ends
   * with the process; nobody closes it.
   */
  static synchronized HadoopCluster shared() throws IOException, InterruptedException {
    if (shared == null) {
      Path folder = Files.createTempDirectory("sparsetune-hadoop.");
      shared = start(Path.of(System.getProperty("hadoop.home")), folder);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(shared)));
    }
    return shared;
  }

  private static void remove(HadoopCluster cluster) {
    cluster.killAll();
    FileUtils.deleteQuietly(cluster.folder.toFile());
  }

  /** Starts it out of a folder {@code jars} in the home, and waits until its nodes are there. */
  public static HadoopCluster start(Path home, Path folder)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    HadoopCluster cluster = new HadoopCluster(home, folder);
    try {
      cluster.startServer();
      for (int number = 0; number < NODES; number++) {
        cluster.launchDataNode(number);
        cluster.launchNodeManager(number);
      }
      cluster.awaitDataNodes();
      cluster.awaitNodeManagers();
      return cluster;
    } catch (Throwable e) {
      cluster.close();
      throw e;
    }
  }

  private void startServer() throws IOException, InterruptedException {
    server = start("hadoop", MiniHadoop.class.getName(), List.of(folder.toString()));
    server.await(START, () -> server.output().contains(MiniHadoop.READY));
    for (String file : List.of("core-site.xml", "hdfs-site.xml", "yarn-site.xml")) {
      conf.addResource(new org.apache.hadoop.fs.Path(configuration().resolve(file).toUri()));
    }
  }

  private ServerProcess start(String name, String mainClass, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(System.getProperty("test.jvm.opens").trim().split("\\s+")));
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-Djava.io.tmpdir=" + folder, "-Dhadoop.log.dir=" + folder));
    command.addAll(List.of("-Dlog4j.configuration=mini-hadoop.properties", "-cp"));
    command.add(
        configuration()
            + File.pathSeparator
            + classes()
            + File.pathSeparator
            + home.resolve("jars")
            + File.separator
            + "*");
    command.add(mainClass);
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    return ServerProcess.start(builder, folder.resolve(name + ".log"));
  }

  private void launchDataNode(int number) throws IOException {
    String name = "data-node-" + number;
    dataNodes[number] =
        start(
            name,
            "org.apache.hadoop.hdfs.server.datanode.DataNode",
            List.of(
                "-Ddfs.datanode.data.dir=" + folder.resolve(name).toUri(),
                "-Ddfs.datanode.address=localhost:0",
                "-Ddfs.datanode.ipc.address=localhost:0",
                "-Ddfs.datanode.http.address=localhost:0"));
  }

  private void launchNodeManager(int number) throws IOException {
    String name = "node-manager-" + number;
    // A disk that is nearly full, as a developer's is, would make a node unhealthy.
    String full = "yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage";
    nodeManagers[number] =
        start(
            name,
            "org.apache.hadoop.yarn.server.nodemanager.NodeManager",
            List.of(
                "-Dyarn.nodemanager.local-dirs=" + folder.resolve(name).resolve("local"),
                "-Dyarn.nodemanager.log-dirs=" + folder.resolve(name).resolve("logs"),
                "-Dyarn.nodemanager.address=localhost:0",
                "-Dyarn.nodemanager.localizer.address=localhost:0",
                "-Dyarn.nodemanager.webapp.address=localhost:0",
                "-Dyarn.nodemanager.collector-service.address=localhost:0",
                "-Dyarn.nodemanager.resource.memory-mb=6144",
                "-Dyarn.nodemanager.resource.cpu-vcores=8",
                "-Dyarn.nodemanager.vmem-check-enabled=false",
                "-D" + full + "=100"));
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

  /** A spark-submit that finds this YARN, whose nodes have the jars of the Spark home at hand. */
  public SparkSubmit submit(Path sparkHome) {
    return SparkSubmit.on(sparkHome, "yarn")
        .environment("HADOOP_CONF_DIR", configuration())
        .conf("spark.yarn.jars", "local:" + sparkHome.resolve("jars") + "/*");
  }

  /** Its HDFS. */
  public FileSystem files() throws IOException {
    return FileSystem.get(URI.create(root()), conf);
  }

  /** Copies a toy run to a folder of its HDFS, with a configuration that fits. */
  public void put(ToyRun toy, String folder) throws IOException {
    put(toy.folder(), folder);
    String file = folder + "/" + toy.file().getFileName();
    try (var out = files().create(new org.apache.hadoop.fs.Path(file))) {
      out.write(toy.movedTo(root() + folder).getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Copies a folder of this machine to a path of its HDFS. */
  public void put(Path local, String path) throws IOException {
    files()
        .copyFromLocalFile(
            new org.apache.hadoop.fs.Path(local.toUri()), new org.apache.hadoop.fs.Path(path));
  }

  /**
   * Copies a folder of its HDFS to this machine, in place of what is there. Of a file that somebody
   * has not written to its end there is nothing but the name.
   */
  public void get(String path, Path local) throws IOException {
    FileUtils.deleteDirectory(local.toFile());
    if (!exists(path)) {
      return;
    }
    DistributedFileSystem hdfs = (DistributedFileSystem) files();
    var files = hdfs.listFiles(new org.apache.hadoop.fs.Path(path), true);
    while (files.hasNext()) {
      org.apache.hadoop.fs.Path file = files.next().getPath();
      Path copy = local.resolve(file.toUri().getPath().substring(path.length() + 1));
      Files.createDirectories(copy.getParent());
      if (hdfs.isFileClosed(file)) {
        hdfs.copyToLocalFile(false, file, new org.apache.hadoop.fs.Path(copy.toUri()), true);
      } else {
        Files.createFile(copy);
      }
    }
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

  /** Ends a data node by SIGKILL; number is 0 or 1. */
  public void killDataNode(int number) {
    dataNodes[number].close();
  }

  /** Starts a data node that was killed, with the blocks it had, and waits until it is there. */
  public void startDataNode(int number) throws IOException, InterruptedException {
    launchDataNode(number);
    awaitDataNodes();
  }

  /** Ends a node manager and all its containers by SIGKILL; number is 0 or 1. */
  public void killNodeManager(int number) {
    nodeManagers[number].close();
  }

  /** Starts a node manager that was killed, and waits until it is there. */
  public void startNodeManager(int number) throws IOException, InterruptedException {
    launchNodeManager(number);
    awaitNodeManagers();
  }

  /** Waits until the name node has heard from those that are alive, from now on. */
  private void awaitDataNodes() throws IOException, InterruptedException {
    DistributedFileSystem hdfs = (DistributedFileSystem) files();
    long now = System.currentTimeMillis();
    long alive = alive(dataNodes);
    server.await(
        START,
        () ->
            Arrays.stream(hdfs.getDataNodeStats(DatanodeReportType.LIVE))
                    .filter(node -> node.getLastUpdate() > now)
                    .count()
                >= alive);
  }

  private void awaitNodeManagers() throws IOException, InterruptedException {
    long now = System.currentTimeMillis();
    long alive = alive(nodeManagers);
    server.await(
        START,
        () -> {
          int heard = 0;
          for (JsonNode node : resourceManager("nodes?states=RUNNING").path("nodes").path("node")) {
            heard += node.path("lastHealthUpdate").asLong() > now ? 1 : 0;
          }
          return heard >= alive;
        });
  }

  private static long alive(ServerProcess[] nodes) {
    return Arrays.stream(nodes).filter(node -> node != null && node.process().isAlive()).count();
  }

  /**
   * The processes of application masters that are alive; in cluster mode the driver is in there.
   */
  public List<ProcessHandle> applicationMasters() {
    return containers("org.apache.spark.deploy.yarn.ApplicationMaster", "ExecutorLauncher");
  }

  /** The Java processes, not the shells that start them and hold the same words. */
  private List<ProcessHandle> containers(String... mainClasses) {
    return Arrays.stream(nodeManagers)
        .flatMap(node -> node.process().descendants())
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

  /** The one application with this value of {@code spark.yarn.tags}, when it has ended. */
  public Application ended(String tag) throws IOException, InterruptedException {
    server.await(
        START,
        () -> {
          List<Application> all = applications(tag);
          return all.size() == 1 && !all.get(0).finalStatus().equals("UNDEFINED");
        });
    return applications(tag).get(0);
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
    try (var files = Files.walk(folder)) {
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

  /** Ends its processes and all containers, and waits until they are gone. */
  @Override
  public void close() {
    servers().forEach(ServerProcess::close);
  }

  /** The same where this process ends. */
  private void killAll() {
    servers().forEach(ServerProcess::killAll);
  }

  private Stream<ServerProcess> servers() {
    return Stream.of(Stream.of(nodeManagers), Stream.of(dataNodes), Stream.of(server))
        .flatMap(servers -> servers)
        .filter(Objects::nonNull);
  }
}
