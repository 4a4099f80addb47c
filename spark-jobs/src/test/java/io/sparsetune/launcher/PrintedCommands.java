package io.sparsetune.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Asks {@code bin/sparsetune} to print its command for a Spark that is only a folder. */
abstract class PrintedCommands {
  static final Path ROOT = root();

  @TempDir Path folder;
  Path sparkHome;

  @BeforeEach
  void sparkIsAFolder() throws IOException {
    sparkHome = folder.resolve("spark");
    Files.createDirectories(sparkHome.resolve("jars"));
  }

  record Outcome(int code, String output, String error) {}

  final Outcome bash(String line) throws Exception {
    return start(List.of("bash", "-c", line), Map.of());
  }

  final Outcome print(String... arguments) throws Exception {
    return run(Map.of(), arguments);
  }

  final Outcome run(Map<String, String> environment, String... arguments) throws Exception {
    return run(ROOT.resolve("bin/sparsetune"), environment, arguments);
  }

  final Outcome run(Path launcher, Map<String, String> environment, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(Arrays.asList(arguments));
    return start(command, environment);
  }

  final Outcome start(List<String> command, Map<String, String> environment) throws Exception {
    Path output = folder.resolve("output");
    Path error = folder.resolve("error");
    ProcessBuilder process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(output.toFile())
            .redirectError(error.toFile());
    process.environment().keySet().removeIf(k -> k.startsWith("SPAR"));
    process.environment().put("JAVA_HOME", System.getProperty("java.home"));
    process.environment().put("SPARSETUNE_PRINT_COMMAND", "1");
    process.environment().put("SPARK_HOME", sparkHome.toString());
    process.environment().putAll(environment);
    int code = process.start().waitFor();
    return new Outcome(
        code,
        Files.readString(output, StandardCharsets.UTF_8),
        Files.readString(error, StandardCharsets.UTF_8));
  }

  static List<String> words(String command) {
    return Arrays.asList(command.strip().split(" ", -1));
  }

  static void script(Path file, String body) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + body + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("bin/sparsetune"))) {
      folder = folder.getParent();
    }
    return folder;
  }
}
