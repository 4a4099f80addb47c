package io.sparsetune.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RuntimeVersionsTest {
  @Test
  void thisProcessRunsOnVersionsThatItMayRunOn() {
    RuntimeVersions here = RuntimeVersions.here();
    assertThat(here.java()).isEqualTo(Runtime.version().feature());
    assertThat(here.spark()).matches("[34]\\.\\d+\\.\\d+");
    assertThat(here.scala()).startsWith("2.13.");
    here.check();
  }

  @ParameterizedTest
  @CsvSource({"3.5.0, 2.12.18", "3.5.6, 2.13.8", "4.0.1, 2.13.16", "4.10.0-SNAPSHOT, 2.13.99"})
  void sparkFrom35OnWithEitherScalaIsTaken(String spark, String scala) {
    assertThat(new RuntimeVersions(17, spark, scala).problem()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"2.4.8", "3.4.4", "5.0.0", "of our own"})
  void anotherSparkIsRefused(String spark) {
    assertThatThrownBy(() -> new RuntimeVersions(17, spark, "2.12.18").check())
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "SparseTune runs on Spark 3.5 and 4, and this is Spark "
                + spark
                + ". Set SPARK_HOME to another Spark, or unset it to use the embedded one.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2.11.12", "2.14.0", "3.7.1"})
  void anotherScalaIsRefused(String scala) {
    assertThat(new RuntimeVersions(17, "4.1.0", scala).problem())
        .contains(
            "SparseTune runs on Spark built with Scala 2.12 or 2.13, and this Spark 4.1.0 has Scala "
                + scala
                + ". Set SPARK_HOME to another build of Spark.");
  }

  @Test
  void aNewerJavaIsNotRefused() {
    RuntimeVersions newer = new RuntimeVersions(99, "4.2.0", "2.13.18");
    newer.check();
    newer.warn();
  }
}
