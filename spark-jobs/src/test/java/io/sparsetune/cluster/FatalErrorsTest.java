package io.sparsetune.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.DataException;
import io.sparsetune.testing.SharedSession;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FatalErrorsTest {
  private static final String LOST =
      "Job aborted due to stage failure: Task 0 in stage 1.0 failed 4 times, most recent failure:"
          + " Lost task 0.3 in stage 1.0 (TID 7) (host executor 3): ";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          java.lang.OutOfMemoryError: Java heap space | out of memory (Java heap space). Give the
          java.lang.StackOverflowError | the stack overflowed (StackOverflowError): something in the
          java.lang.NoClassDefFoundError: a/B | Java could not go on (NoClassDefFoundError: a/B). Where
          org.apache.spark.memory.SparkOutOfMemoryError: no page | out of memory (no page). Give the
          ExecutorLostFailure (executor 3 exited) Reason: Command exited with code 52 | out of memory (an executor ended with code 52)
          ExecutorLostFailure (executor 3 exited) Reason: Command exited with code 50 | Java could not go on (InternalError: an executor ended with code 50; its log says why)
          ExecutorLostFailure (executor 3 exited) Reason: Container killed by YARN for exceeding memory limits | out of memory (an executor was killed
          """)
  void anErrorThatSparkWritesIntoAMessageIsFound(String written, String words) {
    RuntimeException failure = new IllegalStateException(LOST + written + "\n\tat a.B.c(B.java:1)");
    assertThat(FatalErrors.inWords(new ExecutionException(failure)).orElseThrow())
        .startsWith(words);
  }

  @Test
  void otherFailuresAreNoErrors() {
    assertThat(FatalErrors.inWords(new IllegalStateException(LOST + "java.io.IOException: gone")))
        .isEmpty();
    assertThat(FatalErrors.inWords(new AssertionError("a mistake of ours"))).isEmpty();
  }

  @Test
  void anErrorInATaskIsTheFailureOfItsStep() {
    JavaSparkContext context =
        JavaSparkContext.fromSparkContext(SharedSession.get().sparkContext());
    assertThatThrownBy(
            () ->
                SparkFailures.named(
                    "step 5/33",
                    () -> context.parallelize(List.of(1)).map(FatalErrorsTest::deep).collect()))
        .isInstanceOf(FailedWorkException.class)
        .satisfies(
            failure ->
                assertThat(FatalErrors.inWords(failure).orElseThrow())
                    .startsWith("the stack overflowed (step 5/33: "));
  }

  private static int deep(int one) {
    throw new StackOverflowError();
  }

  @Test
  void whereJavaFailsWhileFilesAreReadTheFilesAreNamedAndNotBlamed() {
    for (Error error : List.of(new OutOfMemoryError("Java heap space"), new StackOverflowError())) {
      assertThatThrownBy(
              () ->
                  SparkFailures.whileOpening(
                      "data.train",
                      "two.jsonl",
                      () -> {
                        throw error;
                      }))
          .isNotInstanceOf(DataException.class)
          .satisfies(
              failure ->
                  assertThat(FatalErrors.inWords(failure).orElseThrow())
                      .contains("(reading data.train: two.jsonl: "));
    }
  }
}
