package io.sparsetune.hadoop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HadoopDefaultsTest {
  private static final String KEY = "spark.hadoop.fs.sparsetune.test.key";

  @TempDir private Path home;

  @Test
  void whatSparkIsToldAboutHadoopHoldsWithoutSparkToo() throws IOException {
    Files.createDirectory(home.resolve("conf"));
    Files.writeString(
        home.resolve("conf/spark-defaults.conf"),
        "# the cluster's\nspark.hadoop.fs.sparsetune.test.key   one \nspark.executor.memory 3g\n");
    Map<String, String> environment = Map.of("SPARK_HOME", home.toString());
    Configuration read = HadoopDefaults.read(environment);
    assertThat(read.get("fs.sparsetune.test.key")).isEqualTo("one");
    assertThat(read.get("executor.memory")).isNull();
    System.setProperty(KEY, "two");
    try {
      assertThat(HadoopDefaults.read(environment).get("fs.sparsetune.test.key")).isEqualTo("two");
    } finally {
      System.clearProperty(KEY);
    }
    assertThat(
            HadoopDefaults.read(
                    Map.of("SPARK_HOME", home.toString(), "SPARK_CONF_DIR", home.toString()))
                .get("fs.sparsetune.test.key"))
        .isNull();
    assertThat(HadoopDefaults.read(Map.of()).get("fs.sparsetune.test.key")).isNull();
  }
}
