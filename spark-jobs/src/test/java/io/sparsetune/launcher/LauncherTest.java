package io.sparsetune.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code bin/sparsetune}, asked to print its command for a Spark that is only a folder. */
class LauncherTest extends PrintedCommands {

  @Test
  void whatStandsAfterTheDashesGoesToSparkSubmitAndTheRestToUs() throws Exception {
    String command =
        print("train", "a b.yaml", "--set", "output=x", "--", "--num-executors", "4").output();
    assertThat(command).startsWith(sparkHome + "/bin/spark-submit ");
    assertThat(words(command))
        .containsSubsequence("--num-executors", "4", "--class", "io.sparsetune.cli.Main");
    assertThat(command.strip()).endsWith("train a\\ b.yaml --set output=x");
  }

  @Test
  void experimentsRunUnderSparkSubmitToo() throws Exception {
    String command = print("experiments", "folder", "--only", "sam*", "--master", "yarn").output();
    assertThat(command)
        .startsWith(sparkHome + "/bin/spark-submit ")
        .contains(" --master yarn ")
        .endsWith(" experiments folder --only sam\\* \n");
  }

  @Test
  void theMasterIsForSparkSubmit() throws Exception {
    assertThat(print("train", "c.yaml", "--master", "yarn").output())
        .contains(" --master yarn ")
        .endsWith(" train c.yaml \n");
    assertThat(print("train", "c.yaml", "--master=k8s://host").output())
        .contains(" --master k8s://host ");
  }

  @Test
  void theApplicationJarMayBeOneThatIsElsewhere() throws Exception {
    String jar = "local:///opt/sparsetune/sparsetune.jar";
    assertThat(run(Map.of("SPARSETUNE_JAR", jar), "train", "c.yaml").output())
        .endsWith(" --class io.sparsetune.cli.Main " + jar + " train c.yaml \n");
    assertThat(run(Map.of("SPARSETUNE_JAR", jar), "inspect", "run").output()).doesNotContain(jar);
  }

  @Test
  void aMasterWithoutAValueIsRefused() throws Exception {
    for (String[] none : new String[][] {{"--master"}, {"--master="}, {"--master", ""}}) {
      assertThat(print(none))
          .isEqualTo(new Outcome(2, "", "--master needs a value, for example local[2] or yarn.\n"));
    }
  }

  @Test
  void driverAndExecutorsGetTheVectorApi() throws Exception {
    assertThat(print("train", "c.yaml").output())
        .contains("spark.driver.defaultJavaOptions=--add-modules=jdk.incubator.vector")
        .contains("spark.executor.defaultJavaOptions=--add-modules=jdk.incubator.vector");
  }

  @Test
  void hugePagesAreAskedForWhereLinuxGivesThemOnRequest() throws Exception {
    Path switchFile = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
    boolean given = Files.exists(switchFile) && Files.readString(switchFile).contains("[madvise]");
    String printed = print("train", "c.yaml").output();
    assertThat(printed.contains("-XX:+UseTransparentHugePages")).isEqualTo(given);
  }

  @Test
  void aDriverOnThisMachineGetsFourGigabytesUnlessSomethingSaysOtherwise() throws Exception {
    assertThat(print("train", "c.yaml").output()).contains("--driver-memory 4g");
    assertThat(print("train", "c.yaml", "--master", "local[2]").output())
        .contains("--driver-memory 4g");
    assertThat(print("train", "c.yaml", "--master", "yarn").output())
        .doesNotContain("--driver-memory");
    assertThat(print("train", "c.yaml", "--", "--driver-memory", "2g").output())
        .contains("--driver-memory 2g")
        .doesNotContain("4g");
    assertThat(print("train", "c.yaml", "--", "--conf", "spark.driver.memory=2g").output())
        .doesNotContain("--driver-memory");
    assertThat(
            run(Map.of("SPARSETUNE_DRIVER_MEMORY", "3g"), "train", "c.yaml", "--master", "yarn")
                .output())
        .contains("--driver-memory 3g");
  }

  @Test
  void sparkDefaultsDecideBeforeTheLauncherDoes() throws Exception {
    Files.createDirectories(sparkHome.resolve("conf"));
    Files.writeString(sparkHome.resolve("conf/spark-defaults.conf"), "spark.driver.memory 9g\n");
    assertThat(print("train", "c.yaml").output()).doesNotContain("--driver-memory");
  }

  @Test
  void theAdministratorsJavaOptionsStayBesideOurs() throws Exception {
    Files.createDirectories(sparkHome.resolve("conf"));
    Files.writeString(
        sparkHome.resolve("conf/spark-defaults.conf"),
        """
        spark.driver.defaultJavaOptions  -Da=1 -Db=2\s
        spark.executor.defaultJavaOptions=-XX:+UseZGC
        """);
    assertThat(print("train", "c.yaml").output())
        .contains("spark.driver.defaultJavaOptions=-Da=1\\ -Db=2\\ --add-modules=")
        .contains("spark.executor.defaultJavaOptions=-XX:+UseZGC\\ --add-modules=");
    String own =
        print("train", "c.yaml", "--", "--conf", "spark.driver.defaultJavaOptions=-Dc=3").output();
    // The last of two settings counts.
    assertThat(own.substring(own.lastIndexOf("spark.driver.defaultJavaOptions=")))
        .startsWith("spark.driver.defaultJavaOptions=-Dc=3\\ --add-modules=");
  }

  @Test
  void helpAndInspectDoNotStartSpark() throws Exception {
    for (String[] command :
        List.of(
            new String[] {},
            new String[] {"train", "--help"},
            new String[] {"--version"},
            new String[] {"inspect", "run"})) {
      assertThat(words(print(command).output()))
          .doesNotContain("spark-submit")
          .containsSubsequence("-cp", "io.sparsetune.cli.Main");
    }
  }

  @Test
  void theQuickStartIsToldWhereItsAssetsAre() throws Exception {
    assertThat(print("quickstart", "--seed", "3").output())
        .endsWith(" quickstart --seed 3 --assets " + ROOT + "/target/quickstart \n");
  }

  @Test
  void aLinkToTheLauncherWorksFromAnywhere() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("tune"), ROOT.resolve("bin/sparsetune"));
    assertThat(run(link, Map.of(), "inspect", "run").output())
        .contains(ROOT + "/spark-jobs/target/sparsetune-");
    Files.delete(link);
  }

  @Test
  void aJavaThatIsTooOldOrMissingIsNamed() throws Exception {
    Path home = folder.resolve("jdk");
    Map<String, String> environment = Map.of("JAVA_HOME", home.toString());
    assertThat(run(environment, "--help").error())
        .isEqualTo(
            "Cannot run %s/bin/java. SparseTune needs a JDK 17 or later: install one, or set JAVA_HOME.\n"
                .formatted(home));
    script(home.resolve("bin/java"), "echo 'openjdk version \"11.0.2\" 2019-01-15' >&2");
    assertThat(run(environment, "--help").error())
        .isEqualTo(
            "SparseTune needs Java 17 or later, but %s/bin/java is version 11. Set JAVA_HOME to a newer JDK.\n"
                .formatted(home));
  }

  @Test
  void aSparkHomeWithoutJarsIsRefused() throws Exception {
    assertThat(run(Map.of("SPARK_HOME", folder.toString()), "--help"))
        .isEqualTo(
            new Outcome(
                2,
                "",
                "SPARK_HOME is %s, which has no folder jars: it is not a Spark installation. Mend it, or unset it to use the embedded Spark.\n"
                    .formatted(folder)));
  }

  @Test
  void buildingWithoutMavenSaysWhatToInstall() throws Exception {
    Path project = folder.resolve("project");
    Files.createDirectories(project.resolve("bin"));
    Files.copy(ROOT.resolve("bin/sparsetune"), project.resolve("bin/sparsetune"));
    Files.copy(ROOT.resolve("pom.xml"), project.resolve("pom.xml"));
    Path tools = Files.createDirectories(folder.resolve("tools"));
    for (String tool : List.of("bash", "dirname", "sed", "head", "find", "mkdir", "flock")) {
      Path found = onPath(tool);
      if (found != null) {
        script(tools.resolve(tool), "exec " + found + " \"$@\"");
      }
    }
    Outcome outcome =
        run(
            project.resolve("bin/sparsetune"),
            Map.of(
                "PATH", tools.toString(),
                "JAVA_HOME", System.getProperty("java.home"),
                "SPARSETUNE_PRINT_COMMAND", "0"),
            "--help");
    assertThat(outcome)
        .isEqualTo(
            new Outcome(
                1,
                "",
                "Cannot find Maven (mvn), which builds SparseTune. Install Maven 3.8 or later and"
                    + " put mvn on the PATH.\n"));
  }

  @Test
  void sparkOnThisMachineAloneListensToNobodyElse() throws Exception {
    Path project = builtProject();
    script(sparkHome.resolve("bin/spark-submit"), "echo \"at ${SPARK_LOCAL_IP:-any}\"");
    assertThat(listening(project, Map.of())).isEqualTo("at 127.0.0.1\n");
    assertThat(listening(project, Map.of(), "--master", "local[2]")).isEqualTo("at 127.0.0.1\n");
    assertThat(listening(project, Map.of(), "--master", "yarn")).isEqualTo("at any\n");
    assertThat(listening(project, Map.of("SPARK_LOCAL_IP", "10.0.0.1"))).isEqualTo("at 10.0.0.1\n");
    Files.createDirectories(sparkHome.resolve("conf"));
    Files.writeString(sparkHome.resolve("conf/spark-defaults.conf"), "spark.master k8s://host\n");
    assertThat(listening(project, Map.of())).isEqualTo("at any\n");
  }

  private String listening(Path project, Map<String, String> environment, String... options)
      throws Exception {
    Map<String, String> all = new HashMap<>(environment);
    all.put("SPARSETUNE_PRINT_COMMAND", "0");
    List<String> arguments = new ArrayList<>(List.of("train", "c.yaml"));
    arguments.addAll(List.of(options));
    Outcome outcome = run(project.resolve("bin/sparsetune"), all, arguments.toArray(String[]::new));
    assertThat(outcome.error()).isEmpty();
    return outcome.output();
  }

  /** The launcher where all that it needs is built. */
  private Path builtProject() throws IOException {
    Path project = folder.resolve("built");
    for (String source : List.of("core/src/main", "spark-jobs/src/main", "bin", "conf")) {
      Files.createDirectories(project.resolve(source));
    }
    Files.createDirectories(project.resolve("spark-jobs/homes/spark-4.2/target/jars"));
    Files.copy(ROOT.resolve("bin/sparsetune"), project.resolve("bin/sparsetune"));
    Path pom = Files.copy(ROOT.resolve("pom.xml"), project.resolve("pom.xml"));
    for (String file :
        List.of(
            "core/pom.xml",
            "core/room.xml",
            "spark-jobs/pom.xml",
            "conf/quickstart.yaml",
            "NOTICE")) {
      Files.createFile(project.resolve(file));
    }
    Matcher version = Pattern.compile("<version>(.*)</version>").matcher(Files.readString(pom));
    assertThat(version.find()).isTrue();
    Path jar = project.resolve("spark-jobs/target/sparsetune-%s.jar".formatted(version.group(1)));
    Files.createDirectories(jar.getParent());
    Files.createFile(jar);
    Files.setLastModifiedTime(jar, FileTime.from(Instant.now().plusSeconds(60)));
    return project;
  }

  private static Path onPath(String tool) {
    return Arrays.stream(System.getenv("PATH").split(":", -1))
        .map(part -> Path.of(part, tool))
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(null);
  }
}
