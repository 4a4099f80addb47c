package io.sparsetune.clusters;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.MiniYARNCluster;

/**
 * The main class of a process that is an HDFS of two data nodes and a YARN of two node managers. It
 * writes the clients' configuration into the folder {@code conf} of the one it is given, prints
 * {@value #READY}, then does what it reads from standard input, a line each, and answers {@value
 * #DONE}. It ends with that input. Nothing of SparseTune or Spark is on its class path.
 */
final class MiniHadoop {
  static final String READY = "mini-hadoop: ready";
  static final String DONE = "mini-hadoop: done";

  /** Followed by a space and the number of a data node, from 0. */
  static final String STOP_DATA_NODE = "stop-data-node";

  /** Followed by a space and the number of a node manager, from 0. Its containers end with it. */
  static final String STOP_NODE_MANAGER = "stop-node-manager";

  private static final int NODES = 2;

  private MiniHadoop() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    Configuration common = new YarnConfiguration();
    common.set("hadoop.tmp.dir", folder.resolve("tmp").toString());
    try (MiniDFSCluster hdfs = hdfs(common, folder);
        MiniYARNCluster yarn = yarn(common)) {
      write(folder.resolve("conf"), hdfs, yarn);
      System.out.println(READY);
      obey(hdfs, yarn);
    } catch (Throwable e) {
      e.printStackTrace();
      // Threads of the servers would keep the process alive.
      System.exit(1);
    }
    System.exit(0);
  }

  private static MiniDFSCluster hdfs(Configuration common, Path folder) throws IOException {
    Configuration conf = new Configuration(common);
    conf.setInt("dfs.replication", NODES);
    // A pipeline of two nodes goes on with the one that is left.
    conf.setBoolean("dfs.client.block.write.replace-datanode-on-failure.enable", false);
    conf.setLong("dfs.namenode.fs-limits.min-block-size", 0);
    MiniDFSCluster cluster =
        new MiniDFSCluster.Builder(conf, folder.resolve("hdfs").toFile())
            .numDataNodes(NODES)
            .build();
    cluster.waitActive();
    return cluster;
  }

  private static MiniYARNCluster yarn(Configuration common) throws Exception {
    Configuration conf = new YarnConfiguration(common);
    conf.setInt("yarn.scheduler.minimum-allocation-mb", 256);
    conf.setInt("yarn.nodemanager.resource.cpu-vcores", 8);
    conf.set("yarn.scheduler.capacity.root.queues", "default");
    conf.set("yarn.scheduler.capacity.root.default.capacity", "100");
    conf.setFloat("yarn.scheduler.capacity.maximum-am-resource-percent", 1f);
    // A disk that is nearly full, as a developer's is, would make a node unhealthy.
    conf.setFloat(
        "yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage", 100f);
    // An application master has to hear soon that another node has failed.
    conf.setInt("yarn.resourcemanager.nodemanagers.heartbeat-interval-ms", 200);
    MiniYARNCluster cluster = new MiniYARNCluster("yarn", NODES, 1, 1);
    cluster.init(conf);
    cluster.start();
    if (!cluster.waitForNodeManagersToConnect(TimeUnit.MINUTES.toMillis(2))) {
      throw new IllegalStateException("The node managers do not connect");
    }
    return cluster;
  }

  private static void write(Path folder, MiniDFSCluster hdfs, MiniYARNCluster yarn)
      throws IOException {
    Files.createDirectories(folder);
    Configuration core = new Configuration(false);
    core.set("fs.defaultFS", hdfs.getURI().toString());
    write(core, folder.resolve("core-site.xml"));
    Configuration client = new Configuration(false);
    client.setInt("dfs.replication", NODES);
    client.setBoolean("dfs.client.block.write.replace-datanode-on-failure.enable", false);
    write(client, folder.resolve("hdfs-site.xml"));
    // The cluster has put the ports that it got into its configuration.
    write(yarn.getConfig(), folder.resolve("yarn-site.xml"));
  }

  private static void write(Configuration conf, Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      conf.writeXml(out);
    }
  }

  private static void obey(MiniDFSCluster hdfs, MiniYARNCluster yarn) throws IOException {
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      String[] words = line.split(" ");
      int number = Integer.parseInt(words[1]);
      switch (words[0]) {
        case STOP_DATA_NODE -> hdfs.stopDataNode(number);
        case STOP_NODE_MANAGER -> yarn.getNodeManager(number).stop();
        default -> throw new IllegalArgumentException("Unknown command " + line);
      }
      System.out.println(DONE);
    }
  }
}
