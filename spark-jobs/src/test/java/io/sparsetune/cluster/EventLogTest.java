package io.sparsetune.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventLogTest {
  private static final String FAILED = "ExceptionFailure";
  private static final String DONE = "Success";

  @TempDir private Path folder;

  @Test
  void anExecutorAndItsReplacementAreNotTwoOfOneStage() throws IOException {
    EventLog log =
        log(
            job("step 1", 1),
            task(1, "0", DONE),
            task(1, "0", DONE),
            // The executor is lost in this stage, and another one ends it.
            job("step 2", 2),
            task(2, "0", DONE),
            task(2, "0", FAILED),
            task(2, "1", DONE),
            job("step 3", 3),
            task(3, "1", DONE),
            task(3, "1", DONE));
    assertThat(log.executorsOfOneStage("step")).hasSize(1);
    assertThat(log.failures()).containsExactly(FAILED);
  }

  @Test
  void twoExecutorsOfOneStageAreFound() throws IOException {
    EventLog log =
        log(
            job("step 1", 1),
            task(1, "0", DONE),
            task(1, "1", DONE),
            job("evaluation", 2),
            task(2, "0", DONE),
            task(2, "1", DONE),
            task(2, "2", DONE));
    assertThat(log.executorsOfOneStage("step")).containsExactly("0", "1");
    assertThat(log.executorsOfOneStage("score round")).isEmpty();
  }

  private EventLog log(String... events) throws IOException {
    Files.write(folder.resolve("local-1"), List.of(events));
    return EventLog.read(folder);
  }

  private static String job(String description, int stage) {
    return """
    {"Event":"SparkListenerJobStart","Stage IDs":[%d],"Properties":{"spark.job.description":"%s"}}"""
        .formatted(stage, description);
  }

  private static String task(int stage, String executor, String reason) {
    return """
    {"Event":"SparkListenerTaskEnd","Stage ID":%d,"Task End Reason":{"Reason":"%s"},"Task Info":{"Executor ID":"%s"}}"""
        .formatted(stage, reason, executor);
  }
}
