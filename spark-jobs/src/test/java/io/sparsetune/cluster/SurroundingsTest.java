package io.sparsetune.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.error.DataException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.List;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SurroundingsTest {
  private static final String TASK =
      "Job aborted due to stage failure: Task 0 in stage 1.0 failed 4 times, most recent failure:"
          + " Lost task 0.3 in stage 1.0 (TID 7) (host executor 3): ";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ExecutorLostFailure (executor 3 exited) Reason: Remote RPC client disassociated | true
          ExecutorLostFailure (executor 3 exited) Reason: Command exited with code 143 | true
          ExecutorLostFailure (executor 3 exited) Reason: Command exited with code 137 | true
          ExecutorLostFailure (executor 3 exited) Reason: Command exited with code 52 | false
          ExecutorLostFailure (executor 3 exited) Reason: Command exited with code 50 | false
          ExecutorLostFailure (executor 3 exited) Reason: Container killed for exceeding memory limits | false
          java.net.ConnectException: Call From a to b:8020 failed: Connection refused | true
          org.apache.hadoop.fs.s3a.AWSServiceThrottledException: Slow Down (503) | true
          java.io.IOException: No space left on device | true
          java.io.FileNotFoundException: No such file | false
          java.lang.NullPointerException | false
          """)
  void aTasksFailureIsTheSurroundingsWhereTheyGaveWay(String said, boolean theirs) {
    SparkException failure = new SparkException(TASK + said + "\n\tat a.B.c(B.java:1)");
    assertThat(Surroundings.areToBlame(new IllegalStateException(failure))).isEqualTo(theirs);
  }

  @Test
  void aStoreThatDoesNotAnswerIsBehindAMessageOfOurs() {
    for (IOException cause : List.of(new ConnectException("x"), new SocketTimeoutException("x"))) {
      assertThat(Surroundings.areToBlame(new DataException("Cannot read a", cause))).isTrue();
    }
    assertThat(
            Surroundings.areToBlame(
                new DataException(
                    "Cannot write a",
                    new IOException(
                        "File /a could only be written to 0 of the 1 minReplication nodes"))))
        .isTrue();
  }

  /** A name that nobody knows is rather a slip. */
  @Test
  void whatIsNotThereIsAMistake() {
    for (IOException cause :
        List.of(new FileNotFoundException("x"), new UnknownHostException("nohost"))) {
      assertThat(Surroundings.areToBlame(new DataException("Cannot read a", cause))).isFalse();
    }
  }

  @Test
  void theWordsOfAUsersFileAreNoSignOfAnything() {
    assertThat(
            Surroundings.areToBlame(
                new DataException("Invalid label 'java.net.ConnectException: refused' in row 3")))
        .isFalse();
  }

  @Test
  void aReasonMayHaveSeveralLines() {
    String reason =
        "ExecutorLostFailure (executor 1 exited caused by one of the running tasks) Reason: \n"
            + "The executor with id 1 exited with exit code %s.\n\nThe API gave the following"
            + " container statuses:\n\n\t container state: terminated\n\t termination reason: %s";
    SparkException outOfMemory = new SparkException(TASK + reason.formatted("137", "OOMKilled"));
    assertThat(Surroundings.areToBlame(outOfMemory)).isFalse();
    assertThat(FatalErrors.inWords(outOfMemory).orElseThrow()).startsWith("out of memory");
    assertThat(Surroundings.areToBlame(new SparkException(TASK + reason.formatted("52", "Error"))))
        .isFalse();
    SparkException killed = new SparkException(TASK + reason.formatted("137", "Error"));
    assertThat(Surroundings.areToBlame(killed)).isTrue();
    assertThat(FatalErrors.inWords(killed)).isEmpty();
    assertThat(Surroundings.lostExecutors(killed).orElseThrow())
        .contains("Reason: The executor with id 1 exited with exit code 137.)");
  }

  @Test
  void executorsThatWereLostAreNamedWithTheirReason() {
    String lost = "ExecutorLostFailure (executor 3 exited) Reason: Remote RPC client disassociated";
    assertThat(Surroundings.lostExecutors(new SparkException(TASK + lost + "\nDriver stacktrace:")))
        .contains(
            "executors were lost, and with them a task as often as spark.task.maxFailures allows ("
                + lost
                + "). The same command goes on from what was saved. Executors that take more memory"
                + " than they may are lost so too: see spark.executor.memoryOverhead.");
    assertThat(Surroundings.lostExecutors(new SparkException(TASK + "java.io.IOException: gone")))
        .isEmpty();
  }
}
