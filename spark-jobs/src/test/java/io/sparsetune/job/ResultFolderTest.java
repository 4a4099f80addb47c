package io.sparsetune.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.data.ClusterShape;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ResultFolderTest {
  private static final Configuration HADOOP = new Configuration();

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource
  void aFolderOfSomethingElseIsRefusedWhateverItIs(OutputKind kind) throws IOException {
    // Any table that Spark has written, and any model.
    for (String file : List.of("_SUCCESS", "part-00000.json", "config.json", "model.safetensors")) {
      Files.createFile(folder.resolve(file));
    }
    assertThatThrownBy(() -> open(kind, true))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Cannot write into %s: the folder holds something else; give another one", folder);
    assertThat(names()).hasSize(4);
  }

  @ParameterizedTest
  @EnumSource
  void aResultIsReplacedOnlyWhenAskedToAndWithNothingElseLost(OutputKind kind) throws IOException {
    open(kind, false).begin(Map.of());
    Files.createFile(folder.resolve(kind.complete()));
    Files.createFile(folder.resolve("notes.txt"));
    assertThatThrownBy(() -> open(kind, false))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Cannot write into %s: it is there already; give another folder, or --overwrite to replace it",
            folder);
    ResultFolder again = open(kind, true);
    assertThat(names()).containsExactlyInAnyOrder(kind.mark(), kind.complete(), "notes.txt");
    again.begin(Map.of("run_id", "abc"));
    assertThat(names()).containsExactlyInAnyOrder(kind.mark(), "notes.txt");
    assertThat(folder.resolve(kind.mark())).content().contains("\"run_id\" : \"abc\"");
  }

  @ParameterizedTest
  @EnumSource
  void aFolderThatCannotBeMadeIsRefused(OutputKind kind) throws IOException {
    Path under = Files.createFile(folder.resolve("file")).resolve("out");
    assertThatThrownBy(() -> ResultFolder.toWrite(under.toString(), kind, false, HADOOP))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot write into %s: ", under);
  }

  @Test
  void aResultThatWasBegunIsStartedAgainOnlyWhenAskedTo() throws IOException {
    open(OutputKind.PREDICTIONS, false).begin(Map.of());
    Files.createDirectories(folder.resolve("_temporary/0"));
    Files.createFile(folder.resolve("_temporary/0/part-00000.json"));
    assertThatThrownBy(() -> open(OutputKind.PREDICTIONS, false))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Cannot write into %s: it holds predictions that did not get finished; give another folder, or --overwrite to start again",
            folder);
    open(OutputKind.PREDICTIONS, true).begin(Map.of());
    assertThat(names()).containsExactly("_predictions.json");
  }

  @Test
  void nothingIsWrittenWhereSomethingIsRead() throws IOException {
    Path base = Files.createDirectories(folder.resolve("models/base"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), base);
    Files.createFile(folder.resolve("models/sparsetune.json"));
    for (String output :
        List.of(
            base + "/",
            folder.resolve("models").toString(),
            base.resolve("below/it").toString(),
            folder + "/other/../models/base",
            link.toString(),
            link.resolve("below").toString(),
            "file://" + base)) {
      assertThatThrownBy(() -> open(output).apartFrom("the base model", base.toString()))
          .as(output)
          .isInstanceOf(ConfigException.class)
          .hasMessage(
              "Cannot write into %s: the base model is %s, and the two must not lie in each other;"
                  + " give another folder",
              output, base);
    }
    for (String output :
        List.of(folder.resolve("models/base-2"), folder.resolve("models/b")).stream()
            .map(Path::toString)
            .toList()) {
      assertThat(open(output).apartFrom("the base model", base.toString())).isNotNull();
    }
  }

  private static ResultFolder open(String output) {
    return ResultFolder.toWrite(output, OutputKind.MODEL, true, HADOOP);
  }

  @Test
  void aLocalDiskIsRefusedWhereExecutorsHaveTheirOwn() {
    ResultFolder result = open(OutputKind.PREDICTIONS, false);
    for (String master : List.of("local", "local[2]", "local-cluster[2,1,1024]")) {
      assertThat(result.seenBy(on(master))).isSameAs(result);
    }
    for (String master : List.of("spark://host:7077", "yarn", "k8s://host")) {
      assertThatThrownBy(() -> result.seenBy(on(master)))
          .isInstanceOf(ConfigException.class)
          .hasMessage(
              "Cannot write into %s: it is on a local disk, and each executor would write on that"
                  + " of its own machine; give a folder that every machine sees (hdfs://, s3a://, …)",
              folder);
    }
  }

  private static ClusterShape on(String master) {
    return ClusterShape.of(new SparkConf(false).set("spark.master", master), 2);
  }

  private ResultFolder open(OutputKind kind, boolean overwrite) {
    return ResultFolder.toWrite(folder.toString(), kind, overwrite, HADOOP);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
