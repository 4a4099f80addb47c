package io.sparsetune.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code bin/sparsetune} with what a cluster needs: drivers elsewhere, libraries, file systems. */
class ClusterLauncherTest extends PrintedCommands {
  @Test
  void aDriverInTheClusterIsNotSentToAFileOfThisMachine() throws Exception {
    assertThat(print("train", "c.yaml").output()).contains("log4j2.properties");
    assertThat(print("train", "c.yaml", "--", "--deploy-mode", "cluster").output())
        .doesNotContain("log4j2.properties");
  }

  @Test
  void aDriverInTheClusterNeedsAConfigurationThatIsThere() throws Exception {
    Files.writeString(folder.resolve("a b.yaml"), "output: x");
    for (String config : List.of("a b.yaml", folder.resolve("a b.yaml").toString())) {
      Outcome refused =
          print(
              "train",
              config,
              "--set",
              "output=o",
              "--master",
              "yarn",
              "--",
              "--deploy-mode",
              "cluster",
              "--files",
              "other.txt");
      assertThat(refused.code()).isEqualTo(2);
      assertThat(refused.output()).isEmpty();
      assertThat(refused.error())
          .startsWith("Cannot run train %s with --deploy-mode cluster:".formatted(config))
          .contains("hdfs://", "file:///PATH");
      // The line that it gives is one that works.
      String line = refused.error().lines().toList().get(2).strip();
      assertThat(line)
          .startsWith("bin/sparsetune train a\\ b.yaml --set output=o --master yarn -- ");
      Outcome sent = bash(line.replaceFirst("bin/sparsetune", ROOT + "/bin/sparsetune"));
      assertThat(sent.code()).as(sent.error()).isZero();
      assertThat(sent.output()).contains(" --files other.txt\\,").endsWith(" --set output=o \n");
    }
    Outcome standalone =
        print("train", "a b.yaml", "--master", "spark://m:1", "--", "--deploy-mode", "cluster");
    assertThat(standalone.code()).isEqualTo(2);
    assertThat(standalone.error()).contains("hdfs://").doesNotContain("--files");
    assertThat(print("experiments", "f", "--", "--deploy-mode=cluster").code()).isEqualTo(2);
    assertThat(print("quickstart", "--", "--deploy-mode", "cluster").code()).isEqualTo(2);
    assertThat(print("train", "file:///a.yaml", "--", "--deploy-mode", "cluster").code()).isZero();
    assertThat(print("train", "s3a://b/a.yaml", "--", "--deploy-mode", "cluster").code()).isZero();
  }

  @Test
  void anApplicationInTheClusterIsNamedAfterWhatItMakes() throws Exception {
    Files.writeString(folder.resolve("c.yaml"), "model: {path: m}\noutput: 'hdfs:///runs/x' # a\n");
    String[] cluster = {"--", "--deploy-mode", "cluster", "--files", "c.yaml"};
    assertThat(named(cluster, "train", "c.yaml")).isEqualTo("sparsetune\\ train\\ hdfs:///runs/x");
    assertThat(named(cluster, "train", "c.yaml", "--set", "output=o"))
        .isEqualTo("sparsetune\\ train\\ o");
    assertThat(named(cluster, "experiments", "hdfs:///e"))
        .isEqualTo("sparsetune\\ experiments\\ hdfs:///e");
    assertThat(named(cluster, "train", "hdfs:///c.yaml"))
        .isEqualTo("sparsetune\\ train\\ hdfs:///c.yaml");
    assertThat(print("train", "c.yaml").output()).doesNotContain("--name");
    assertThat(
            print(
                    "train",
                    "c.yaml",
                    "--",
                    "--deploy-mode",
                    "cluster",
                    "--files",
                    "c.yaml",
                    "--name",
                    "mine")
                .output())
        .containsOnlyOnce("--name");
  }

  private String named(String[] submit, String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of(submit));
    Outcome printed = print(all.toArray(String[]::new));
    assertThat(printed.code()).as(printed.error()).isZero();
    Matcher name = Pattern.compile(" --name (.*?) --conf ").matcher(printed.output());
    assertThat(name.find()).as(printed.output()).isTrue();
    return name.group(1);
  }

  @Test
  void commandsWithoutSparkFindWhatSparkSubmitFinds() throws Exception {
    for (String[] options :
        new String[][] {
          {"--jars", "a.jar"},
          {"--packages", "org.apache.hadoop:hadoop-aws:3.4.2", "--master", "yarn"},
          {"--conf", "spark.hadoop.fs.s3a.endpoint=e", "--deploy-mode", "cluster"}
        }) {
      List<String> arguments = new ArrayList<>(List.of("inspect", "s3a://runs/a", "--"));
      arguments.addAll(List.of(options));
      String command = print(arguments.toArray(String[]::new)).output();
      assertThat(command).startsWith(sparkHome + "/bin/spark-submit ").endsWith(" s3a://runs/a \n");
      // The last of an option counts: the command works in this process alone.
      assertThat(words(command))
          .containsSubsequence(options)
          .containsSubsequence(options[0], "--master", "local\\[1\\]", "--deploy-mode", "client");
    }
    Files.createDirectories(sparkHome.resolve("conf"));
    Files.writeString(sparkHome.resolve("conf/spark-defaults.conf"), "spark.jars a.jar\n");
    assertThat(print("inspect", "run").output()).startsWith(sparkHome + "/bin/spark-submit ");
  }

  @Test
  void commandsWithoutSparkFindTheClustersFileSystemsAllTheSame() throws Exception {
    String command =
        run(
                Map.of("HADOOP_CONF_DIR", "/etc/hadoop", "YARN_CONF_DIR", "/etc/yarn"),
                "inspect",
                "hdfs://runs/a")
            .output();
    assertThat(words(command))
        .filteredOn(word -> word.contains(".jar:"))
        .singleElement()
        .asString()
        .contains(":" + sparkHome + "/conf:/etc/hadoop:/etc/yarn:" + sparkHome + "/jars/");
    assertThat(command).endsWith(" inspect hdfs://runs/a \n");
    assertThat(run(Map.of("SPARK_CONF_DIR", "/etc/spark"), "inspect", "run").output())
        .contains(":/etc/spark:" + sparkHome + "/jars/");
  }
}
