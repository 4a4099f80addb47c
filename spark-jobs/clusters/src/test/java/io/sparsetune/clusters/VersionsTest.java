package io.sparsetune.clusters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sparsetune.cluster.SparkSubmit;
import io.sparsetune.cluster.SparkSubmit.Outcome;
import io.sparsetune.job.LocalRun;
import io.sparsetune.testing.ToyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * One training with each version of Spark and Java: the delta is the one of a training without
 * Spark, or the command is refused in a sentence. JDKs are those beside the one that runs the
 * tests; a case whose JDK is not there is skipped.
 */
class VersionsTest {
  private static final Path HOMES = Path.of(System.getProperty("spark.homes"));
  private static final Pattern RELEASE = Pattern.compile("JAVA_VERSION=\"(\\d+)");

  @TempDir static Path folder;
  private static ToyRun toy;
  private static byte[] expected;

  @BeforeAll
  static void trainWithoutSpark() throws IOException {
    toy = ToyRun.in(folder.resolve("toy"), 0.1);
    expected = LocalRun.delta(toy.config());
  }

  @ParameterizedTest(name = "{0}, JDK {1}, {2}")
  @CsvSource({
    "spark-3.5, 21, 'local[2]'",
    "spark-3.5-scala-2.12, 17, 'local-cluster[2,1,1024]'",
    "spark-3.5-scala-2.12, 21, 'local[2]'",
    "spark-4.0, 17, 'local[2]'",
    "spark-4.0, 21, 'local[2]'",
    "spark-4.1, 17, 'local[2]'",
    "spark-4.1, 21, 'local[2]'",
    "spark-4.2, 21, 'local[2]'",
    "spark-4.2, 25, 'local-cluster[2,1,1024]'"
  })
  void theSameBits(String spark, int java, String master) throws Exception {
    String name = "%s-%d-%s".formatted(spark, java, master.replaceAll("\\W", "_"));
    Path output = folder.resolve(name);
    Outcome outcome = train(spark, java, master, output);
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    assertThat(Files.readAllBytes(output.resolve("delta.safetensors"))).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0}, JDK {1}")
  @CsvSource({"spark-3.5, 25", "spark-3.5-scala-2.12, 25", "spark-4.0, 25", "spark-4.1, 25"})
  void aHadoopThatDoesNotRunOnThisJavaIsRefused(String spark, int java) throws Exception {
    Path output = folder.resolve(spark + "-refused");
    Outcome outcome = train(spark, java, "local[2]", output);
    assertThat(outcome.exitCode()).as(outcome.output()).isEqualTo(2);
    assertThat(outcome.output())
        .containsPattern(
            "Error: Spark [34]\\.\\d+\\.\\d+ has a Hadoop that does not run on Java "
                + java
                + " \\(getSubject is not supported\\)\\. Set JAVA_HOME to a JDK 17 or 21, or"
                + " SPARK_HOME to Spark 4\\.2 or later\\.\n")
        .doesNotContain("\tat ");
    assertThat(output).doesNotExist();
  }

  private static Outcome train(String spark, int java, String master, Path output)
      throws IOException, InterruptedException {
    Optional<Path> jdk = jdk(java);
    assumeTrue(jdk.isPresent(), () -> "No JDK " + java + " beside the one of the tests");
    return SparkSubmit.on(HOMES.resolve(spark).resolve("target"), master)
        .java(jdk.get())
        .environment("SPARK_SCALA_VERSION", spark.endsWith("2.12") ? "2.12" : "2.13")
        .run(
            output.resolveSibling(output.getFileName() + "-process"),
            SparkSubmit.train(toy.file(), output));
  }

  private static Optional<Path> jdk(int version) throws IOException {
    Path here = Path.of(System.getProperty("java.home")).toRealPath();
    if (Runtime.version().feature() == version) {
      return Optional.of(here);
    }
    try (Stream<Path> beside = Files.list(here.getParent())) {
      List<Path> sorted = beside.sorted().toList();
      for (Path home : sorted) {
        Path release = home.resolve("release");
        if (Files.isExecutable(home.resolve("bin/javac")) && Files.exists(release)) {
          Matcher matcher = RELEASE.matcher(Files.readString(release));
          if (matcher.find() && Integer.parseInt(matcher.group(1)) == version) {
            return Optional.of(home);
          }
        }
      }
    }
    return Optional.empty();
  }
}
