package io.sparsetune.clusters;

import io.sparsetune.cluster.Mishap;
import io.sparsetune.cluster.Mishaps;
import io.sparsetune.cluster.SparkSubmit;
import io.sparsetune.cluster.SparkSubmit.Outcome;
import io.sparsetune.cluster.SparkSubmit.Running;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A training that one of its tasks holds in the middle of a step, until a test has done to the
 * cluster what it likes.
 */
final class Waiting {
  private static final Duration END = Duration.ofMinutes(15);

  private Waiting() {}

  /** Something that happens to a training, or to its cluster, while one of its tasks waits. */
  interface Event {
    void happen(Running running) throws Exception;
  }

  /**
   * Runs a training to its end; fails where it ends before the task waits.
   *
   * @param task which of an executor's tasks in sparse steps waits, counted from 1
   * @param folder of the process, which the tests and the executors share
   */
  static Outcome during(SparkSubmit submit, int task, Path folder, String[] command, Event event)
      throws Exception {
    Path markers = folder.resolve("markers");
    submit.mishap(Mishap.Kind.WAIT, task, markers);
    try (Running running = submit.start(folder, command)) {
      long end = System.nanoTime() + END.toNanos();
      while (!Files.exists(markers.resolve(Mishap.Kind.WAIT.marker()))) {
        if (!running.isAlive() || System.nanoTime() > end) {
          throw new AssertionError("No task has come to its wait: " + running.output());
        }
        Thread.sleep(20);
      }
      event.happen(running);
      Files.createFile(markers.resolve(Mishaps.GO));
      return running.end(END);
    }
  }
}
