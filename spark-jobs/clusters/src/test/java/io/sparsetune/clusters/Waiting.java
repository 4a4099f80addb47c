package io.sparsetune.clusters;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.cluster.Mishap;
import io.sparsetune.cluster.SparkSubmit;
import io.sparsetune.cluster.SparkSubmit.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A training that one of its tasks holds in the middle of a step, until a test has done to the
 * cluster what it likes.
 */
final class Waiting {
  private final Path markers;

  private Waiting(Path markers) {
    this.markers = markers;
  }

  /**
   * Lets the training wait in one of its steps.
   *
   * @param task which of an executor's tasks in sparse steps waits, counted from 1
   * @param markers a folder that the tests and the executors share
   */
  static Waiting in(SparkSubmit submit, int task, Path markers) throws IOException {
    submit.mishap(Mishap.Kind.WAIT, task, markers);
    return new Waiting(markers);
  }

  /** Returns when the task waits; fails when the command ends before. */
  void await(Running running) throws IOException, InterruptedException {
    while (!Files.exists(markers.resolve("waiting"))) {
      assertThat(running.isAlive()).as(running.output()).isTrue();
      Thread.sleep(20);
    }
  }

  /** Lets the task go on. */
  void end() throws IOException {
    Files.createFile(markers.resolve("go"));
  }
}
