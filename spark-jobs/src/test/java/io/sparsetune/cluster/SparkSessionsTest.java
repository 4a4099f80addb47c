package io.sparsetune.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.error.ExitCode;
import io.sparsetune.error.UserException;
import java.net.ConnectException;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SparkSessionsTest {
  /** Spark gives up a master in another thread; the one that starts it meets what is left. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Cannot call methods on a stopped SparkContext.\nThis stopped SparkContext was created at",
        "LiveListenerBus is stopped."
      })
  void aMasterThatDoesNotAnswerMayDoSoLater(String said) {
    UserException failure =
        SparkSessions.notStarted("spark://nowhere:7077", new IllegalStateException(said));
    assertThat(failure.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(failure)
        .hasMessage(
            "Cannot start Spark on spark://nowhere:7077: no master answers there, or it has turned"
                + " the application away. See --master.");
  }

  @Test
  void aManagerThatDoesNotAnswerMayDoSoLater() {
    UserException failure =
        SparkSessions.notStarted(
            "k8s://a", new SparkException("No scheduler", new ConnectException("refused")));
    assertThat(failure.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(failure)
        .hasMessage(
            "Cannot start Spark on k8s://a: it does not answer: No scheduler: ConnectException:"
                + " refused. See --master.");
  }

  @Test
  void aWrongSettingIsAMistake() {
    UserException failure =
        SparkSessions.notStarted("nonsense", new SparkException("Could not parse Master URL"));
    assertThat(failure.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(failure).hasMessageStartingWith("Cannot start Spark on nonsense: Could not parse");
  }
}
