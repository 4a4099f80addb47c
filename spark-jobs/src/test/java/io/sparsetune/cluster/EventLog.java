package io.sparsetune.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What Spark's event log says of an application's tasks. */
final class EventLog {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final List<JsonNode> events;

  private EventLog(List<JsonNode> events) {
    this.events = events;
  }

  /** The log of the only application in the folder. */
  static EventLog read(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> logs = files.filter(Files::isRegularFile).filter(EventLog::isLog).toList();
      if (logs.size() != 1) {
        throw new IllegalStateException("Not one event log in " + folder + ": " + logs);
      }
      try (Stream<String> lines = Files.lines(logs.get(0))) {
        return new EventLog(lines.map(EventLog::parse).toList());
      }
    }
  }

  private static boolean isLog(Path file) {
    String name = file.getFileName().toString();
    return !name.endsWith(".crc") && !name.startsWith("appstatus");
  }

  private static JsonNode parse(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Executors with a task that succeeded, in jobs whose description begins so. */
  Set<String> executorsOf(String description) {
    Map<Integer, String> stages = new HashMap<>();
    Set<String> executors = new TreeSet<>();
    for (JsonNode event : events) {
      switch (event.path("Event").asText()) {
        case "SparkListenerJobStart" -> {
          String job = event.path("Properties").path("spark.job.description").asText();
          event.path("Stage IDs").forEach(stage -> stages.put(stage.asInt(), job));
        }
        case "SparkListenerTaskEnd" -> {
          boolean success = event.path("Task End Reason").path("Reason").asText().equals("Success");
          String job = stages.getOrDefault(event.path("Stage ID").asInt(), "");
          if (success && job.startsWith(description)) {
            executors.add(event.path("Task Info").path("Executor ID").asText());
          }
        }
        default -> {}
      }
    }
    return executors;
  }

  /** Reasons other than success for which tasks ended. */
  List<String> failures() {
    return events.stream()
        .filter(event -> event.path("Event").asText().equals("SparkListenerTaskEnd"))
        .map(event -> event.path("Task End Reason").path("Reason").asText())
        .filter(reason -> !reason.equals("Success"))
        .toList();
  }
}
