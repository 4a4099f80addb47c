package io.sparsetune.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is in the one jar that spark-submit needs, and what is not. */
@Tag("cluster")
class ApplicationJarTest {
  private static List<String> names;
  private static String mainClass;

  @BeforeAll
  static void list() throws IOException {
    try (JarFile jar = new JarFile(System.getProperty("application.jar"))) {
      names = jar.stream().filter(entry -> !entry.isDirectory()).map(ZipEntry::getName).toList();
      mainClass = jar.getManifest().getMainAttributes().getValue("Main-Class");
    }
  }

  @Test
  void startsTheCommandLine() {
    assertThat(mainClass).isEqualTo("io.sparsetune.cli.Main");
    assertThat(names).contains("io/sparsetune/cli/Main.class");
  }

  @Test
  void bringsTheRoomAndTheTokenizersLibrary() {
    assertThat(names)
        .contains("room/engine.jar", "room/bigdl.jar", "room/scala-library.jar", "room/index")
        .contains("native/lib/linux-x86_64/cpu/libtokenizers.so")
        .contains("native/lib/linux-aarch64/cpu/libtokenizers.so")
        .contains("native/lib/osx-aarch64/cpu/libtokenizers.dylib");
  }

  @Test
  void theEngineInTheRoomIsNowhereElse() {
    assertThat(names).noneMatch(name -> name.startsWith("io/sparsetune/bigdl/"));
    assertThat(names).noneMatch(name -> name.startsWith("com/intel/"));
  }

  @Test
  void sparkAndItsLibrariesAreSparksOwn() {
    assertThat(names)
        .noneMatch(name -> name.startsWith("org/apache/spark/"))
        .noneMatch(name -> name.startsWith("org/apache/hadoop/"))
        .noneMatch(name -> name.startsWith("org/slf4j/"))
        .noneMatch(name -> name.startsWith("scala/"))
        .noneMatch(name -> name.startsWith("com/fasterxml/"))
        .noneMatch(name -> name.startsWith("com/google/"))
        .noneMatch(name -> name.startsWith("org/yaml/"))
        .noneMatch(name -> name.startsWith("picocli/"));
  }

  @Test
  void nothingOfTheTestsNorTheBenchNorSignaturesIsInside() {
    assertThat(names)
        .noneMatch(name -> name.startsWith("io/sparsetune/bench/"))
        .noneMatch(name -> name.matches("io/sparsetune/cluster/(Mishaps|SparkSubmit|EventLog).*"))
        .noneMatch(name -> name.startsWith("io/sparsetune/testing/"))
        .noneMatch(name -> name.matches("io/sparsetune/(?!shaded/).*Test\\.class"))
        .noneMatch(name -> name.matches("META-INF/.*\\.(SF|RSA|DSA)"));
  }

  @Test
  void hasALicence() {
    assertThat(names).contains("META-INF/LICENSE");
  }
}
