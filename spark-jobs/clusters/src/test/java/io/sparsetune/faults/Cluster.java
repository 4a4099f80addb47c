package io.sparsetune.faults;

/** Where a command of a schedule runs. */
enum Cluster {
  /** Two threads; a task may fail three times. */
  LOCAL("local[2,4]"),
  /** Two executors of one core, children of the driver. */
  LOCAL_CLUSTER("local-cluster[2,1,1024]"),
  /** The same on workers that outlive the driver. */
  STANDALONE("standalone");

  private final String text;

  Cluster(String text) {
    this.text = text;
  }

  boolean hasExecutors() {
    return this != LOCAL;
  }

  /** The master, but for {@link #STANDALONE}, whose master has a port. */
  @Override
  public String toString() {
    return text;
  }
}
