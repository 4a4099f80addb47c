package io.sparsetune.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Processes that measure, and the figures that they print as {@code name=number}. */
final class Measurement {
  private static final Pattern FIGURE =
      Pattern.compile("(?m)(?:^| )([a-z_]+)=([0-9]+(?:\\.[0-9]+)?)(?= |$)");

  private Measurement() {}

  /** A process that has said itself what went wrong. */
  static final class FailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int exitCode;

    private FailedException(int exitCode, String message) {
      super(message);
      this.exitCode = exitCode;
    }

    int exitCode() {
      return exitCode;
    }
  }

  /** The figures of one of {@link BenchMain}'s hidden commands, in a process of its own. */
  static Map<String, Double> of(String... arguments) throws IOException, InterruptedException {
    return figures(output(java(List.of(), BenchMain.class.getName(), arguments)));
  }

  /** What is printed as {@code name=number}. */
  static Map<String, Double> figures(String output) {
    Map<String, Double> figures = new LinkedHashMap<>();
    Matcher matcher = FIGURE.matcher(output);
    while (matcher.find()) {
      figures.put(matcher.group(1), Double.parseDouble(matcher.group(2)));
    }
    if (figures.isEmpty()) {
      throw new IllegalStateException("Cannot read any figure from: " + output);
    }
    return figures;
  }

  /** This JVM's command with its flags and class path, more options, and another class. */
  static List<String> java(List<String> options, String main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(System.getProperty("sparsetune.bench.flags", "").split(" ")));
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    command.addAll(List.of(arguments));
    command.removeIf(String::isEmpty);
    return command;
  }

  /** What a command printed. */
  static String output(List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    if (code != 0) {
      throw new FailedException(
          code,
          "Exit code %d from %s%n%s".formatted(code, new File(command.get(0)).getName(), output));
    }
    return output;
  }

  /**
   * Writes a report as JSON.
   *
   * @param file null for none
   */
  static void write(Map<String, Object> report, Path file) throws IOException {
    if (file != null) {
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .writeValue(file.toFile(), report);
    }
  }
}
