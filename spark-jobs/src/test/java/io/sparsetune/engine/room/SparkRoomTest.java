package io.sparsetune.engine.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.engine.EngineProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The room beside a class path full of Spark's Scala. */
class SparkRoomTest {
  private final ClassLoader application = EngineProvider.class.getClassLoader();
  private final ClassLoader room = RoomLoader.open(application);

  @Test
  void twoScalasLiveSideBySide() throws Exception {
    assertThat(version(room)).isEqualTo("2.11.8");
    assertThat(version(application)).startsWith("2.13.");
    assertThat(RoomProbe.run()).endsWith("sparsetune-room");
  }

  private static String version(ClassLoader loader) throws ReflectiveOperationException {
    return (String)
        loader.loadClass("scala.util.Properties").getMethod("versionNumberString").invoke(null);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "com.fasterxml.jackson.databind.ObjectMapper",
        "org.apache.hadoop.fs.FileSystem",
        "org.apache.spark.SparkContext",
        "org.apache.spark.sql.SparkSession",
        "scala.collection.immutable.LazyList"
      })
  void sparkDoesNotExistInside(String name) throws Exception {
    assertThat(application.loadClass(name)).isNotNull();
    assertThatThrownBy(() -> room.loadClass(name))
        .isInstanceOf(ClassNotFoundException.class)
        .hasMessage(name + " is not in the engine's room");
  }
}
