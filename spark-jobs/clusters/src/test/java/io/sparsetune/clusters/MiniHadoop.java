package io.sparsetune.clusters;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.MiniYARNCluster;

/**
 * The main class of a process that is the name node of an HDFS and the resource manager of a YARN,
 * for data nodes and node managers that are processes of their own. It writes the configuration of
 * these and of clients into the folder {@code conf} of the one it is given, prints {@value #READY},
 * and ends with its standard input. Nothing of SparseTune or Spark is on its class path.
 */
final class MiniHadoop {
  static final String READY = "mini-hadoop: ready";

  private static final int REPLICATION = 2;

  private MiniHadoop() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    Configuration common = new YarnConfiguration();
    common.set("hadoop.tmp.dir", folder.resolve("tmp").toString());
    try (MiniDFSCluster hdfs = hdfs(common, folder);
        MiniYARNCluster yarn = yarn(common)) {
      write(folder.resolve("conf"), hdfs, yarn);
      System.out.println(READY);
      while (System.in.read() >= 0) {
        // Until its end.
      }
    } catch (Throwable e) {
      e.printStackTrace();
      // Threads of the servers would keep the process alive.
      System.exit(1);
    }
    System.exit(0);
  }

  private static MiniDFSCluster hdfs(Configuration common, Path folder) throws IOException {
    Configuration conf = new Configuration(common);
    conf.setLong("dfs.namenode.fs-limits.min-block-size", 0);
    // A data node that is silent for 12 seconds is dead.
    conf.setInt("dfs.heartbeat.interval", 1);
    conf.setInt("dfs.namenode.heartbeat.recheck-interval", 1_000);
    return new MiniDFSCluster.Builder(conf, folder.resolve("hdfs").toFile())
        .numDataNodes(0)
        .build();
  }

  private static MiniYARNCluster yarn(Configuration common) {
    Configuration conf = new YarnConfiguration(common);
    conf.setInt("yarn.scheduler.minimum-allocation-mb", 256);
    conf.set("yarn.scheduler.capacity.root.queues", "default");
    conf.set("yarn.scheduler.capacity.root.default.capacity", "100");
    conf.setFloat("yarn.scheduler.capacity.maximum-am-resource-percent", 1f);
    // Applications that ask for it may have more attempts than the two of the default.
    conf.setInt("yarn.resourcemanager.am.global.max-attempts", 20);
    // Whoever waits for a node that has died hears of it soon.
    conf.setInt("yarn.resourcemanager.nodemanagers.heartbeat-interval-ms", 200);
    conf.setInt("yarn.nm.liveness-monitor.expiry-interval-ms", 5_000);
    MiniYARNCluster cluster = new MiniYARNCluster("yarn", 0, 1, 1);
    cluster.init(conf);
    cluster.start();
    return cluster;
  }

  private static void write(Path folder, MiniDFSCluster hdfs, MiniYARNCluster yarn)
      throws IOException {
    Files.createDirectories(folder);
    Configuration core = new Configuration(false);
    core.set("fs.defaultFS", hdfs.getURI().toString());
    write(core, folder.resolve("core-site.xml"));
    Configuration site = new Configuration(false);
    site.setInt("dfs.replication", REPLICATION);
    site.setInt("dfs.heartbeat.interval", 1);
    // A pipeline of two nodes goes on with the one that is left.
    site.setBoolean("dfs.client.block.write.replace-datanode-on-failure.enable", false);
    write(site, folder.resolve("hdfs-site.xml"));
    write(changed(yarn.getConfig()), folder.resolve("yarn-site.xml"));
  }

  /** The settings that differ from the defaults, such as the ports. */
  private static Configuration changed(Configuration conf) {
    Configuration defaults = new YarnConfiguration();
    Configuration changed = new Configuration(false);
    for (Map.Entry<String, String> entry : conf) {
      if (!entry.getValue().equals(defaults.getRaw(entry.getKey()))) {
        changed.set(entry.getKey(), entry.getValue());
      }
    }
    return changed;
  }

  private static void write(Configuration conf, Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      conf.writeXml(out);
    }
  }
}
