package io.sparsetune.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.engine.room.RoomProbe;
import io.sparsetune.kernels.Bf16Probe;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

/**
 * The engine and oneDNN out of the finished jar, in a JVM of its own with nothing else on its class
 * path.
 */
@Tag("cluster")
class ApplicationJarRoomTest {
  @TempDir private Path folder;
  private Path classes;

  /** The probe alone: of the libraries' classes only the application jar's may be found. */
  @BeforeEach
  void copyTheProbe() throws Exception {
    classes = folder.resolve("classes");
    for (Class<?> probe : List.of(RoomProbe.class, Bf16Probe.class)) {
      String name = probe.getName().replace('.', '/') + ".class";
      Files.createDirectories(classes.resolve(name).getParent());
      try (var in = probe.getClassLoader().getResourceAsStream(name)) {
        Files.copy(in, classes.resolve(name));
      }
    }
  }

  @Test
  void computesTheSameBitsAsItsClassesDo() throws Exception {
    assertThat(probe("--add-modules", "jdk.incubator.vector")).isEqualTo(RoomProbe.run());
  }

  @Test
  void needsNeitherTheVectorApiNorAFolderToWriteTo() throws Exception {
    String nowhere = folder.resolve("nowhere").toString();
    assertThat(probe("-Djava.io.tmpdir=" + nowhere, "-Duser.home=" + nowhere))
        .isEqualTo(RoomProbe.run());
  }

  /** Where a CPU has no instructions for it, oneDNN is loaded all the same, to ask for them. */
  @Test
  void productsInBf16HaveAllThatTheyNeed() throws Exception {
    assertThat(run(Bf16Probe.class, "--add-modules", "jdk.incubator.vector"))
        .isEqualTo(Bf16Probe.run());
  }

  private String probe(String... options) throws Exception {
    return run(RoomProbe.class, options);
  }

  private String run(Class<?> probe, String... options) throws Exception {
    Path out = folder.resolve("out");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.add("-cp");
    command.add(
        String.join(
            File.pathSeparator,
            System.getProperty("application.jar"),
            classes.toString(),
            Path.of(Logger.class.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString()));
    command.add(probe.getName());
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(folder.resolve("err").toFile())
            .start();
    try {
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(folder.resolve("err"))).isZero();
    return Files.readString(out, StandardCharsets.UTF_8).strip();
  }
}
