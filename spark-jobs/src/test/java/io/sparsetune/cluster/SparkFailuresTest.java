package io.sparsetune.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.ConfigException;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.sums.NotFiniteException;
import io.sparsetune.testing.SharedSession;
import java.io.IOException;
import java.util.List;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;

class SparkFailuresTest {

  @Test
  void aTasksOwnErrorComesOutOfAFailedJob() {
    JavaSparkContext context =
        JavaSparkContext.fromSparkContext(SharedSession.get().sparkContext());
    assertThatThrownBy(
            () ->
                SparkFailures.unwrapped(
                    () ->
                        context
                            .parallelize(List.of(1))
                            .map(
                                one -> {
                                  if (one == 1) {
                                    throw new CorruptFileException("a.bin", "it is cut short");
                                  }
                                  return one;
                                })
                            .collect()))
        .isInstanceOf(CorruptFileException.class)
        .hasMessage("Cannot read a.bin: it is cut short");
  }

  @Test
  void anErrorThatIsLeftInWordsAloneIsMadeAgain() {
    assertThat(unwrapped("io.sparsetune.error.DataException: Cannot use row 3.\nMend it."))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot use row 3.\nMend it.");
    assertThat(unwrapped("io.sparsetune.error.ConfigException: Invalid key."))
        .isInstanceOf(ConfigException.class)
        .hasMessage("Invalid key.");
    assertThat(unwrapped("io.sparsetune.sums.NotFiniteException: A loss is NaN"))
        .isInstanceOf(NotFiniteException.class)
        .hasMessage("A loss is NaN");
    assertThat(unwrapped("io.sparsetune.cluster.TaskMemoryException: Java heap space"))
        .isInstanceOf(TaskMemoryException.class)
        .hasMessage("Java heap space");
  }

  @Test
  void otherFailuresStayAsTheyAre() {
    IllegalStateException failure = new IllegalStateException("lost");
    assertThat(SparkFailures.unwrapped(failure)).isSameAs(failure);
    SparkException checked = new SparkException("Job aborted");
    assertThat(SparkFailures.unwrapped(checked))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Job aborted")
        .hasCause(checked);
  }

  private static RuntimeException unwrapped(String error) {
    return SparkFailures.unwrapped(
        new SparkException(
            "Job aborted due to stage failure: Task 0 in stage 1.0 failed 4 times, most recent"
                + " failure: Lost task 0.3 in stage 1.0 (TID 9): "
                + error
                + "\n\tat io.sparsetune.table.Table.open(Table.java:1)\n\nDriver stacktrace:"));
  }

  @Test
  void aFailureInShortEndsWithItsDeepestCause() {
    Exception cause = new ClassNotFoundException("com.example.Nothing");
    Exception failure = new IllegalStateException("No listener:\n\tat a.B", cause);
    assertThat(SparkFailures.inShort(failure))
        .isEqualTo("No listener: ClassNotFoundException: com.example.Nothing");
    assertThat(SparkFailures.inShort(new IllegalStateException("No port is free.")))
        .isEqualTo("No port is free");
    assertThat(SparkFailures.inShort(new IllegalStateException("")))
        .isEqualTo("IllegalStateException");
    assertThat(SparkFailures.inShort(new IllegalStateException()))
        .isEqualTo("IllegalStateException");
  }

  @Test
  void whatCannotBeWrittenIsNoMistakeOfTheProgram() {
    RuntimeException task =
        new IllegalStateException(
            "[TASK_WRITE_FAILED] Task failed while writing rows to file:/out.",
            new IOException("No space left on device"));
    assertThatThrownBy(
            () ->
                SparkFailures.whileWriting(
                    "out",
                    () -> {
                      throw new IllegalStateException("Job aborted.", task);
                    }))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot write into out: No space left on device; free some of it, or choose another"
                + " place");
    IllegalStateException other = new IllegalStateException("x");
    assertThatThrownBy(
            () ->
                SparkFailures.whileWriting(
                    "out",
                    () -> {
                      throw other;
                    }))
        .isSameAs(other);
  }
}
