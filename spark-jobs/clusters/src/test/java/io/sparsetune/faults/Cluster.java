package io.sparsetune.faults;

/** Where a command of a schedule runs. */
enum Cluster {
  /** Two threads; a task may fail three times. */
  LOCAL("local[2,4]"),
  /** Two executors of one core, children of the driver. */
  LOCAL_CLUSTER("local-cluster[2,1,1024]"),
  /** The same on workers that outlive the driver. */
  STANDALONE("standalone"),
  /** Containers of YARN, with the driver here and all files on HDFS. */
  YARN("yarn"),
  /** The same with the driver in a container, which YARN starts again when it dies. */
  YARN_CLUSTER("yarn-cluster");

  private final String text;

  Cluster(String text) {
    this.text = text;
  }

  boolean hasExecutors() {
    return this != LOCAL;
  }

  boolean isYarn() {
    return this == YARN || this == YARN_CLUSTER;
  }

  /** The master, where it has no port and is no mode of one. */
  @Override
  public String toString() {
    return text;
  }
}
