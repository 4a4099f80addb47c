package io.sparsetune.faults;

import io.sparsetune.cluster.Mishap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** The faults that a schedule is made of. */
enum FaultKind {
  FAIL_TASK(Mishap.Kind.FAIL, EnumSet.allOf(Cluster.class)),
  DELAY_TASK(Mishap.Kind.DELAY, EnumSet.allOf(Cluster.class)),
  KILL_EXECUTOR(Mishap.Kind.KILL, EnumSet.complementOf(EnumSet.of(Cluster.LOCAL))),
  KILL_WORKER(Mishap.Kind.TELL, EnumSet.of(Cluster.STANDALONE)),
  /** With the containers of that node. */
  KILL_NODE_MANAGER(Mishap.Kind.TELL, EnumSet.of(Cluster.YARN, Cluster.YARN_CLUSTER)),
  KILL_DATA_NODE(Mishap.Kind.TELL, EnumSet.of(Cluster.YARN, Cluster.YARN_CLUSTER)),
  KILL_DRIVER(Mishap.Kind.HALT, EnumSet.allOf(Cluster.class)),
  /** The run's disk is full, which only a file system of the tests can be; it is a local one. */
  FILL_DISK(Mishap.Kind.FILL, EnumSet.of(Cluster.LOCAL, Cluster.LOCAL_CLUSTER, Cluster.STANDALONE));

  private final Mishap.Kind mishap;
  private final Set<Cluster> clusters;

  FaultKind(Mishap.Kind mishap, Set<Cluster> clusters) {
    this.mishap = mishap;
    this.clusters = clusters;
  }

  Mishap.Kind mishap() {
    return mishap;
  }

  /** Where it can happen. */
  Set<Cluster> clusters() {
    return clusters;
  }

  /** Whether a task brings it about, and not the driver. */
  boolean isOfTasks() {
    return this == FAIL_TASK || this == DELAY_TASK || this == KILL_EXECUTOR;
  }

  /** Whether the test kills a node, and no process of the application brings it about. */
  boolean isOfNodes() {
    return mishap == Mishap.Kind.TELL;
  }

  /** How many of one schedule may be of this kind: a task may fail three times. */
  int most() {
    return isOfNodes() || this == FILL_DISK ? 1 : 2;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
