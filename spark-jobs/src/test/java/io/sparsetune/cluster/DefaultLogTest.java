package io.sparsetune.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DefaultLogTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"log4j2-defaults", "log4j2-json-layout"})
  void sparksOwnDefaultTellsOnlyWarningsOfOthers(String name) throws Exception {
    try (LoggerContext context = context(sparks(name))) {
      assertThat(context.getLogger("org.apache.spark.scheduler.DAGScheduler").getLevel())
          .isEqualTo(Level.INFO);
      DefaultLog.quieten(context);
      assertThat(context.getLogger("org.apache.spark.scheduler.DAGScheduler").getLevel())
          .isEqualTo(Level.WARN);
      assertThat(context.getLogger("io.sparsetune.executor.X").getLevel()).isEqualTo(Level.INFO);
      assertThat(context.getLogger("org.apache.spark.util.Utils").getLevel())
          .isEqualTo(Level.ERROR);
      assertThat(context.getLogger("org.apache.parquet.CorruptStatistics").getLevel())
          .isEqualTo(Level.ERROR);
    }
  }

  @Test
  void aConfigurationOfTheUsersIsKept() throws IOException {
    Path own = folder.resolve("log4j2.properties");
    Files.writeString(own, "rootLogger.level = debug\n");
    try (LoggerContext context = context(own.toUri())) {
      DefaultLog.quieten(context);
      assertThat(context.getLogger("org.apache.spark.X").getLevel()).isEqualTo(Level.DEBUG);
      assertThat(context.getLogger("io.sparsetune.X").getLevel()).isEqualTo(Level.DEBUG);
    }
  }

  @Test
  void executorsGetTheLogBesideTheUsersPlugins() {
    assertThat(plugins("")).isEqualTo("io.sparsetune.cluster.ExecutorLog");
    assertThat(plugins("a.Plugin,b.Plugin"))
        .isEqualTo("a.Plugin,b.Plugin,io.sparsetune.cluster.ExecutorLog");
  }

  private static String plugins(String asked) {
    SparkConf conf = new SparkConf(false).set(ExecutorLog.PLUGINS, asked);
    SparkSessions.quietenExecutors(conf);
    return conf.get(ExecutorLog.PLUGINS);
  }

  private static URI sparks(String name) throws Exception {
    return SparkConf.class
        .getClassLoader()
        .getResource("org/apache/spark/%s.properties".formatted(name))
        .toURI();
  }

  private static LoggerContext context(URI configuration) {
    LoggerContext context = new LoggerContext("test", null, configuration);
    context.start();
    return context;
  }
}
